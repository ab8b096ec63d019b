"""Mails to people with an account: news of their saved searches, at addresses that they have confirmed.

Mail leaves the house. Headings of public articles and of those for members go out, texts never do; of case studies only
how many there are.
"""

from __future__ import annotations

from kb.mail.mailing import Mailing, trial
from kb.mail.post import Post
from kb.mail.sender import Sender, Sent, next_try
from kb.store.mails import Address, MailRun

__all__ = ["Address", "MailRun", "Mailing", "Post", "Sender", "Sent", "next_try", "trial"]
