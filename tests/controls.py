"""The controls of an explorer's page, by what a screen reader says of them."""

from playwright.sync_api import Locator, Page


def slider(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=name, exact=True)


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("spinbutton", name=name, exact=True)


def message(page: Page) -> Locator:
    return page.get_by_role("status")
