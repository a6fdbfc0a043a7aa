"""Files for customers: which there are, and their content, rendered where they are Markdown."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from bot.people.actions.papers import Letterhead, page_of
from bot.tenant import Tenant
from bot.tenant.actions import Document, FileSending


class FileAway(Exception):
    """The file cannot be read now."""


class Documents:
    """One tenant's, in its folder."""

    def __init__(self, tenant: Tenant, folder: Path) -> None:
        self._tenant = tenant
        self._folder = folder

    @property
    def actions(self) -> Sequence[FileSending]:
        return [action for action in self._tenant.actions if isinstance(action, FileSending)]

    def action(self, action_id: str) -> FileSending | None:
        return next((action for action in self.actions if action.id == action_id), None)

    def find(self, action_id: str, document_id: str) -> tuple[FileSending, Document] | None:
        """None: the tenant's data do not name it, or no longer."""
        action = self.action(action_id)
        documents = action.files if action is not None else ()
        found = next((document for document in documents if document.id == document_id), None)
        return None if action is None or found is None else (action, found)

    def called(self, action: FileSending, document: Document, language: str) -> str:
        """«Брошюры: GLE»; the only file of its kind is called as the kind."""
        title = action.called(language)
        return title if len(action.files) == 1 else f"{title}: {document.called(language)}"

    async def content(self, document: Document, language: str) -> tuple[str, bytes]:
        """The file's name and what is in it. Raises FileAway."""
        return await asyncio.to_thread(self._content, document, language)

    def _content(self, document: Document, language: str) -> tuple[str, bytes]:
        path = self._folder / document.path_for(language)
        try:
            if path.suffix.lower() != ".md":
                return path.name, path.read_bytes()
            written = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            raise FileAway from None
        return f"{Path(path.stem).stem}.pdf", page_of(written, self.letterhead(language))

    def letterhead(self, language: str) -> Letterhead:
        contacts = self._tenant.contacts
        return Letterhead(
            title=self._tenant.wording(language).title,
            contacts=", ".join((contacts.phone, contacts.email, contacts.address)),
        )
