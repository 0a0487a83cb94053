"""Extract the messages from the code and compare them with the Russian catalogue: what `make words` runs.

It writes `build/crrkit.pot`, every message with its places in the code and its notes (a comment `# note: …` above the
message). Messages missing in the catalogue are appended with an empty translation to fill in; unused ones are listed.
The catalogue itself contains no places, since every moved line would change it.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from crrkit import cli

if TYPE_CHECKING:
    from collections.abc import Iterator

    from babel.messages.catalog import Message

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "crrkit"
RUSSIAN = PACKAGE / "locale" / "ru.po"
TEMPLATE = ROOT / "build" / "crrkit.pot"
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}
NOTE = "note:"
OF_TYPER = "Show this message and exit."  # an option that Typer adds, and whose help it translates


def template() -> Catalog:
    """Every message in the code, with its places and notes."""
    words = Catalog(project="crrkit", charset="utf-8")
    methods, keywords = [("**.py", "python")], dict(KEYWORDS)
    for file, line, message, notes, context in extract_from_dir(
        PACKAGE, methods, keywords=keywords, comment_tags=[NOTE]
    ):
        said = tuple(filter(None, message)) if isinstance(message, tuple) else message
        words.add(said, locations=[(f"crrkit/{file}", line)], auto_comments=notes, context=context)
    for text in help_texts():
        words.add(text, locations=[("crrkit/cli/commands.py", 1)])
    return words


def help_texts() -> set[str]:
    """The texts of --help: docstrings and options, which the command line translates when it builds its commands."""
    built = cli.build()
    commands = [built, *cli.commands_of(built)]
    texts = {text for command in commands for text in (command.help, command.epilog.removeprefix("\b\n"))}
    options = {parameter.help for command in commands for parameter in command.params if parameter.help}
    return texts | options - {OF_TYPER}


def catalogue(path: Path = RUSSIAN) -> Catalog:
    """The Russian catalogue."""
    return read_po(io.BytesIO(path.read_bytes()), locale="ru")


def lacking(words: Catalog, russian: Catalog) -> Iterator[Message]:
    """Messages without a translation, or without one of its plural forms."""
    for entry in said(words):
        found = russian.get(entry.id, context=entry.context)
        forms = found.string if found and found.string else ""
        if not all((forms,) if isinstance(forms, str) else forms):
            yield entry


def left_over(words: Catalog, russian: Catalog) -> Iterator[Message]:
    """Translations of messages that no code uses."""
    yield from (entry for entry in said(russian) if words.get(entry.id, context=entry.context) is None)


def said(words: Catalog) -> Iterator[Message]:
    """The messages, without the header."""
    yield from (entry for entry in words if entry.id)


def appended(text: str, missing: list[Message]) -> str:
    """A catalogue with the missing messages appended, empty translations after their notes."""
    more = Catalog(locale="ru", charset="utf-8")
    for entry in missing:
        more.add(entry.id, auto_comments=entry.auto_comments, context=entry.context)
    written = io.BytesIO()
    write_po(written, more, no_location=True, omit_header=True, width=0)
    return f"{text.rstrip()}\n\n{written.getvalue().decode().strip()}\n" if missing else text


def main() -> int:
    """Write the template, append what is missing, list what is unused."""
    words, russian = template(), catalogue()
    TEMPLATE.parent.mkdir(exist_ok=True)
    with TEMPLATE.open("wb") as file:
        write_po(file, words, width=0)
    missing, left = list(lacking(words, russian)), list(left_over(words, russian))
    new = [entry for entry in missing if russian.get(entry.id, context=entry.context) is None]
    RUSSIAN.write_text(appended(RUSSIAN.read_text(encoding="utf-8"), new), encoding="utf-8")
    for entry in missing:
        places = ", ".join(f"{file}:{line}" for file, line in entry.locations)
        print(f"to translate: {entry.id!r}  {places}")
    for entry in left:
        print(f"nobody says: {entry.id!r}")
    print(f"{len(list(said(words)))} messages with their places: {TEMPLATE.relative_to(ROOT)}")
    return int(bool(missing or left))


if __name__ == "__main__":
    sys.exit(main())
