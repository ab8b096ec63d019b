"""The combobox of the search field: with the keyboard, with a pointer, and with an input method."""

import pytest
from axe_playwright_python.sync_playwright import Axe


@pytest.fixture
def field(page):
    page.goto("/")
    field = page.get_by_role("combobox", name="検索する言葉")
    field.focus()
    return field


def options(page):
    return page.get_by_role("option")


def test_phrases_appear_while_typing_and_are_chosen_with_the_keyboard(page, field, picture):
    field.press_sequentially("mimamo", delay=20)
    options(page).first.wait_for()
    picture(page, "suggestions")
    assert field.get_attribute("aria-expanded") == "true"
    field.press("ArrowDown")
    first = options(page).first
    assert first.get_attribute("aria-selected") == "true"
    assert field.get_attribute("aria-activedescendant") == first.get_attribute("id")
    text = first.locator("span").first.inner_text()
    field.press("Enter")
    page.wait_for_url("**/search?*")
    assert page.get_by_role("combobox").input_value() == text
    assert page.locator(".kb-hits li").count() > 0


def test_escape_closes_the_list_and_keeps_what_was_typed(page, field):
    field.press_sequentially("みま", delay=20)
    options(page).first.wait_for()
    field.press("Escape")
    assert options(page).count() == 0 or not options(page).first.is_visible()
    assert field.get_attribute("aria-expanded") == "false"
    assert field.input_value() == "みま"


def test_enter_without_a_choice_searches_what_was_typed(page, field):
    field.press_sequentially("見守り", delay=20)
    options(page).first.wait_for()
    field.press("Enter")
    page.wait_for_url("**/search?*")
    assert page.get_by_role("combobox").input_value() == "見守り"


def test_a_phrase_is_chosen_with_a_pointer(page, field):
    field.press_sequentially("やんぐ", delay=20)
    options(page).filter(has_text="ヤングケアラー").first.click()
    page.wait_for_url("**/search?*")
    assert page.get_by_role("combobox").input_value().startswith("ヤングケアラー")


def test_the_open_list_is_accessible_and_fits_a_narrow_screen(open_page, picture):
    page = open_page(width=390, height=800)
    page.goto("/")
    field = page.get_by_role("combobox", name="検索する言葉")
    field.focus()
    field.press_sequentially("s", delay=20)
    options(page).first.wait_for()
    picture(page, "suggestions-narrow")
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_without_script_the_field_is_a_field(open_page):
    page = open_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_label("検索する言葉").fill("見守り")
    page.get_by_role("button", name="検索").click()
    assert page.locator(".kb-hits li").count() > 0
