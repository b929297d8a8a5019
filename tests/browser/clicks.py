"""Counts what a job costs at a page: clicks, and screens scrolled to what is clicked, read or typed into."""

from dataclasses import dataclass, field
from typing import Any

#: Scrolls as far as needed to see an element whole, no bar over it; gives the way in screens.
BRING_INTO_VIEW = """element => {
  const scroller = document.scrollingElement, before = scroller.scrollTop;
  const move = by => scroller.scrollBy({ top: by, behavior: "instant" });
  const box = element.getBoundingClientRect();
  if (box.top < 0 || box.height > innerHeight) move(box.top);
  else if (box.bottom > innerHeight) move(box.bottom - innerHeight);
  const at = element.getBoundingClientRect(), x = at.left + at.width / 2;
  const isBelow = over => over && !element.contains(over) && !over.contains(element);
  const foot = document.elementFromPoint(x, Math.min(at.bottom, innerHeight) - 2);
  if (isBelow(foot)) move(Math.max(0, at.bottom - foot.getBoundingClientRect().top));
  return Math.abs(scroller.scrollTop - before) / innerHeight;
}"""


@dataclass
class Counter:
    """A person at a page. A press and a choice from a list are one click; what is typed is none, but is named."""

    page: Any
    clicks: int = 0
    scrolled: float = 0.0
    #: What was done, in words, to see where the clicks went.
    steps: list[str] = field(default_factory=list)

    def see(self, locator: Any, name: str = "") -> Any:
        element = locator.first
        element.wait_for(state="visible")
        way = element.evaluate(BRING_INTO_VIEW)
        self.scrolled += way
        if way > 0:
            self.steps.append(f"scroll {way:.2f} {name}".rstrip())
        return element

    def press(self, locator: Any, name: str = "") -> None:
        name = name or " ".join((locator.first.text_content() or "").split())[:40]
        element = self.see(locator, name)
        self.clicks += 1
        self.steps.append(f"press {name}")
        element.click()
        self.page.wait_for_load_state()

    def choose(self, locator: Any, **option: Any) -> None:
        element = self.see(locator)
        self.clicks += 1
        self.steps.append(f"choose {next(iter(option.values()))}")
        element.select_option(**option)

    def write(self, locator: Any, text: str) -> None:
        element = self.see(locator, "to a field")
        self.steps.append(f"type {text[:30]}")
        element.fill(text)

    def __str__(self) -> str:
        return f"{self.clicks} clicks, {self.scrolled:.2f} screens"
