"""The web page in a real browser."""

import json
import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Locator, Page, WebSocketRoute, async_playwright, expect

from tests.harness.stack import Stack
from tests.harness.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.browser]

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 375, "height": 720}
PROSE = """async (text) => {
  const { prose } = await import("/web/view.js");
  const box = document.createElement("div");
  box.append(prose(text));
  return box.innerHTML;
}"""
FOLLOWS = "async ([last, next]) => (await import('/web/protocol.js')).follows(last, next)"
AFTER_CLOSE = "async (codes) => { const wire = await import('/web/protocol.js'); return codes.map(wire.afterClose); }"
SLOW_ANSWER = re.compile(r"^Here is a slow answer with .* in the middle of it\.$")


class Visit:
    """Somebody at the page, what their browser complained about and the messages it sent over sockets."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.sent: list[dict] = []
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("websocket", lambda socket: socket.on("framesent", self._keep))

    def part(self, name: str) -> Locator:
        """A part of the page by its data-testid."""
        return self.page.get_by_test_id(name)

    def messages(self, role: str) -> Locator:
        """The messages of one side."""
        return self.page.locator(f"[data-testid=message][data-role={role}]")

    async def sign_up(self) -> str:
        """Create an account and return its email."""
        email = f"{uuid4()}@example.com"
        await self.part("name").fill("Sam")
        await self.part("email").fill(email)
        await self.part("password").fill("a long password")
        await self.part("sign-up").click()
        await expect(self.part("composer")).to_be_visible()
        return email

    async def say(self, text: str) -> None:
        """Write and press Enter."""
        await self.part("composer").fill(text)
        await self.part("composer").press("Enter")

    async def record_expense(self) -> None:
        """Record an expense and wait for the answer."""
        await self.say("I spent $45 on gas")
        await expect(self.messages("assistant")).to_contain_text("gas")

    async def recorded(self, path: str) -> dict:
        """Ask the HTTP interface as the member signed in here."""
        session = json.loads(await self.page.evaluate("localStorage.getItem('pam.session')"))
        headers = {"Authorization": f"Bearer {session['access_token']}"}
        answer = await self.page.context.request.get(f"/api/v1/{path}", headers=headers)
        return await answer.json()

    async def assert_on_record(self, *said: str) -> None:
        """Whether the member has said this and nothing else; the record is a little behind the conversation."""
        conversation = self.sent[0]["conversation"]

        async def page() -> dict:
            return await self.recorded(f"conversations/{conversation}/messages")

        await eventually(lambda: _complete(page, len(said)))
        assert [message["content"] for message in (await page())["messages"] if message["role"] == "user"] == [*said]

    def _keep(self, frame: str | bytes) -> None:
        parsed = json.loads(frame)
        if parsed["type"] == "send":
            self.sent.append(parsed)


async def _complete(page: Callable[[], Awaitable[dict]], turns: int) -> bool:
    return len((await page())["messages"]) >= 2 * turns


Visiting = Callable[..., Awaitable[Visit]]


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium of this machine."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def visiting(browser: Browser) -> AsyncIterator[Visiting]:
    """Open a stack's page in a browser profile of its own."""
    contexts = []

    async def visit(stack: Stack, viewport: dict = DESK) -> Visit:
        context = await browser.new_context(base_url=stack.url, viewport=viewport)
        contexts.append(context)
        visit = Visit(await context.new_page())
        await visit.page.goto("/")
        return visit

    yield visit
    for context in contexts:
        await context.close()


async def test_a_new_member_says_what_they_spent_and_sees_the_answer(stack: Stack, visiting: Visiting):
    """F1: the answer names 45 and gas, the tool's card is finished, and the browser has nothing to complain about."""
    visit = await visiting(stack)
    await visit.sign_up()
    await visit.record_expense()
    await expect(visit.messages("assistant")).to_have_text(re.compile(r"45.*gas"))
    card = visit.part("tool-card")
    await expect(card).to_have_attribute("data-state", "done")
    await expect(card).to_contain_text("Create expense")
    await expect(card).to_contain_text("Done")
    await expect(visit.part("aside")).to_have_text("your expenses")
    await expect(visit.part("conversation-list").get_by_role("button")).to_have_count(1)
    assert visit.sent[0]["context"]["timezone"]
    assert visit.complaints == []


async def test_the_banner_says_who_answers(stack: Stack, visiting: Visiting):
    """F1: without a model the member is told that rules answer."""
    visit = await visiting(stack)
    await visit.sign_up()
    await expect(visit.part("banner")).to_contain_text("rules")


async def test_a_reload_shows_the_conversation_again(stack: Stack, visiting: Visiting):
    """F1: question, tool and answer are there once, as they were."""
    visit = await visiting(stack)
    await visit.sign_up()
    await visit.record_expense()
    answer = await visit.messages("assistant").inner_text()
    await visit.page.reload()
    await expect(visit.messages("user")).to_contain_text("I spent $45 on gas")
    await expect(visit.messages("assistant")).to_have_text(answer)
    await expect(visit.part("tool-card")).to_have_attribute("data-state", "done")
    await expect(visit.part("aside")).to_have_text("your expenses")
    assert visit.complaints == []


async def test_a_member_who_signs_in_again_finds_their_conversations(stack: Stack, visiting: Visiting):
    """F1: signing out ends the session here; the conversation is the member's, not the browser's."""
    visit = await visiting(stack)
    email = await visit.sign_up()
    await visit.record_expense()
    await visit.part("sign-out").click()
    await expect(visit.messages("user")).to_be_hidden()
    await visit.part("email").fill(email)
    await visit.part("password").fill("a long password")
    await visit.part("sign-in").click()
    await expect(visit.messages("assistant")).to_contain_text("gas")
    await visit.part("new-conversation").click()
    await expect(visit.messages("user")).to_have_count(0)
    await visit.part("conversation-list").get_by_role("button", name="I spent $45 on gas").click()
    await expect(visit.messages("user")).to_have_count(1)
    assert visit.complaints == []


async def test_a_wrong_password_is_told_in_words(stack: Stack, visiting: Visiting):
    """F1: the gateway's sentence is shown, and the form can be used again."""
    visit = await visiting(stack)
    await visit.part("email").fill(f"{uuid4()}@example.com")
    await visit.part("password").fill("not my password")
    await visit.part("sign-in").click()
    await expect(visit.page.get_by_role("alert")).to_contain_text("password")
    await expect(visit.part("sign-in")).to_be_enabled()


async def test_what_is_written_offline_is_sent_once_on_return(stack: Stack, visiting: Visiting):
    """M1, M2: reconnecting shows and goes away by itself; messages wait, and are sent in order."""
    visit = await visiting(stack)
    await visit.sign_up()
    await visit.record_expense()
    await visit.page.context.set_offline(offline=True)
    await expect(visit.part("connection")).to_contain_text("Reconnecting…")
    await visit.say("I spent $12 on groceries")
    await visit.say("I spent $7 on propane")
    await expect(visit.page.locator("[data-state=waiting]")).to_have_count(2)
    await visit.page.context.set_offline(offline=False)
    await expect(visit.part("connection")).to_be_hidden()
    await expect(visit.messages("assistant")).to_have_count(3, timeout=15_000)
    await expect(visit.page.locator("[data-state=waiting]")).to_have_count(0)
    said = ["I spent $45 on gas", "I spent $12 on groceries", "I spent $7 on propane"]
    assert [message["text"] for message in visit.sent] == said
    await visit.assert_on_record(*said)


async def test_what_waits_survives_a_reload(stack: Stack, visiting: Visiting):
    """M2: a message written while the gateway could not be reached is sent once, after a reload."""
    visit = await visiting(stack)
    away = True

    async def road(socket: WebSocketRoute) -> None:
        if away:
            await socket.close()
        else:
            socket.connect_to_server()

    await visit.page.route_web_socket("**/ws/chat/*", road)
    await visit.sign_up()
    await expect(visit.part("connection")).to_be_visible()
    await visit.say("I spent $45 on gas")
    await visit.page.reload()
    await expect(visit.messages("user")).to_contain_text("waiting")
    away = False
    await expect(visit.messages("assistant")).to_contain_text("gas", timeout=30_000)
    await expect(visit.messages("user")).not_to_contain_text("waiting")
    await visit.assert_on_record("I spent $45 on gas")


async def test_what_waits_for_a_yes_has_two_buttons_also_after_a_reload(scripted: Stack, visiting: Visiting):
    """R-A10: what would be done stands there in full; pressed once, the buttons are gone."""
    visit = await visiting(scripted)
    await visit.sign_up()
    await visit.say("post that we are here")
    await expect(visit.part("approval")).to_be_visible()
    await expect(visit.part("tool-card")).to_contain_text("Waits for you")
    await visit.page.reload()
    await visit.part("approve").click()
    await expect(visit.messages("assistant").last).to_contain_text("It is up.")
    await expect(visit.part("approval")).to_have_count(0)
    assert [message["answers"]["decision"] for message in visit.sent if message.get("answers")] == ["approve"]


async def test_an_answer_that_is_cut_off_goes_on_where_it_was(scripted: Stack, visiting: Visiting):
    """M1, G3: what was said while the line was down is all there afterwards, nothing missing and nothing twice."""
    visit = await visiting(scripted)
    await visit.sign_up()
    await visit.say("answer slowly, please")
    await expect(visit.messages("assistant")).to_contain_text("slow answer")
    await visit.page.context.set_offline(offline=True)
    await expect(visit.part("connection")).to_be_visible()
    await visit.assert_on_record("answer slowly, please")
    await expect(visit.messages("assistant")).not_to_have_text(SLOW_ANSWER)
    await visit.page.context.set_offline(offline=False)
    await expect(visit.messages("assistant")).to_have_text(SLOW_ANSWER, timeout=30_000)
    await expect(visit.part("tool-card")).to_have_attribute("data-state", "done")


async def test_a_reload_in_the_middle_of_an_answer_shows_it_whole(scripted: Stack, visiting: Visiting):
    """F1, G3: the running turn is shown from its start, once."""
    visit = await visiting(scripted)
    await visit.sign_up()
    await visit.say("answer slowly, please")
    await expect(visit.messages("assistant")).to_contain_text("slow answer")
    await visit.page.reload()
    await expect(visit.messages("assistant")).to_have_text(SLOW_ANSWER, timeout=30_000)
    await expect(visit.messages("user")).to_have_count(1)
    await expect(visit.part("tool-card")).to_have_count(1)


async def test_enter_sends_and_shift_enter_begins_a_line(stack: Stack, visiting: Visiting):
    """F1: the keyboard is enough."""
    visit = await visiting(stack)
    await visit.sign_up()
    composer = visit.part("composer")
    await composer.press_sequentially("I spent $45")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("on gas")
    await composer.press("Enter")
    await expect(composer).to_have_value("")
    await expect(visit.messages("assistant")).to_contain_text("gas")
    assert visit.sent[0]["text"] == "I spent $45\non gas"


async def test_what_is_written_is_shown_as_text_never_as_markup(stack: Stack, visiting: Visiting):
    """F1: a message that looks like HTML is just words."""
    visit = await visiting(stack)
    await visit.sign_up()
    await visit.say("<img src=x onerror=alert(1)> <b>hello</b>")
    await expect(visit.messages("assistant")).to_have_count(1)
    await expect(visit.messages("user")).to_contain_text("<img src=x onerror=alert(1)> <b>hello</b>")
    assert await visit.page.locator("img").count() == 0
    assert visit.complaints == []


async def test_an_answer_keeps_its_lists_and_bold_words_and_nothing_else(stack: Stack, visiting: Visiting):
    """F1: of what a model may write, paragraphs, lists, line breaks and bold become elements; the rest stays text."""
    visit = await visiting(stack)
    text = "Your **month**:\n- gas <b>1</b>\n- food\n\n3. Moab\n![x](http://example.com/x.png)\nbye"
    shown = await visit.page.evaluate(PROSE, text)
    assert shown == (
        "<p>Your <strong>month</strong>:</p><ul><li>gas &lt;b&gt;1&lt;/b&gt;</li><li>food</li></ul>"
        '<ol start="3"><li>Moab</li></ol><p>![x](http://example.com/x.png)<br>bye</p>'
    )


@pytest.mark.parametrize(
    ("last", "following", "order"),
    [
        (None, (7, 4), "next"),
        ((7, 4), (7, 5), "next"),
        ((7, 4), (7, 4), "old"),
        ((7, 4), (6, 9), "old"),
        ((7, 4), (7, 6), "gap"),
        ((7, 4), (9, 1), "next"),
        ((7, 4), (9, 2), "gap"),
    ],
)
async def test_an_event_is_applied_once_and_in_its_place(stack: Stack, visiting: Visiting, last, following, order):
    """G3: known positions are ignored, and a hole is noticed."""
    visit = await visiting(stack)
    positions = [place and {"epoch": place[0], "sequence": place[1]} for place in (last, following)]
    assert await visit.page.evaluate(FOLLOWS, positions) == order


async def test_each_class_of_close_codes_has_its_own_way_back(stack: Stack, visiting: Visiting):
    """M1: some closes are waited out, some answered at once, some not repeated unchanged."""
    visit = await visiting(stack)
    ways = {
        "later": [1000, 1001, 1006, 4500, 4503, 4529],
        "now": [4600, 4601, 4608, 4610, 4612],
        "renew": [4401, 4403, 4614],
        "stop": [4400, 4402, 4406, 4409],
    }
    for way, codes in ways.items():
        assert await visit.page.evaluate(AFTER_CLOSE, codes) == [way] * len(codes)


async def test_a_phone_needs_no_sideways_scrolling(stack: Stack, visiting: Visiting):
    """F1: the gate, the conversation and the drawer fit 375 pixels, also with a word that fits no line."""
    visit = await visiting(stack, PHONE)
    await _assert_fits(visit)
    await visit.sign_up()
    await _assert_fits(visit)
    await visit.say("I spent $45 on gas at " + "Q" * 120)
    await expect(visit.part("tool-card")).to_have_attribute("data-state", "done")
    await _assert_fits(visit)
    await visit.page.get_by_role("button", name="Conversations", exact=True).click()
    await expect(visit.part("new-conversation")).to_be_in_viewport()
    await expect(visit.page.get_by_role("button", name="Close the list")).to_be_focused()
    await _assert_fits(visit)
    await visit.page.keyboard.press("Escape")
    await expect(visit.part("new-conversation")).not_to_be_in_viewport()


async def _assert_fits(visit: Visit) -> None:
    """Whether nothing is wider than the window; the drawer moves, so it gets a moment."""
    await eventually(lambda: visit.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), within=3)
    sideways = "[...document.querySelectorAll('.thread')].every((box) => box.scrollWidth <= box.clientWidth)"
    assert await visit.page.evaluate(sideways)
