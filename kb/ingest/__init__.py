"""From a file to sections that can be found."""
