"""Rulebooks found by name on the rulebook path: those shipped, and an issuer's own folders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SHIPPED = Path(__file__).parent.parent / "rulebooks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The folders in which rulebooks are looked for; the first that has a name wins.

    A name is the path below a folder without its ending:
    ``template/par-index/province/2025``, that is issuer, index, tier or group, and year.
    """

    folders: tuple[Path, ...]

    @classmethod
    def of(cls, folders: Iterable[Path]) -> Catalogue:
        """An issuer's own folders, then what is shipped."""
        return cls(folders=(*folders, SHIPPED))

    def names(self) -> list[str]:
        """Every name on the path, in order."""
        found = {
            file.relative_to(folder).with_suffix("").as_posix()
            for folder in self.folders
            for file in folder.rglob("*.yaml")
        }
        return sorted(found)

    def find(self, name: str) -> Path | None:
        """The file of a name, or None; a name never leads out of its folder."""
        for folder in self.folders:
            file = (folder / f"{name}.yaml").resolve()
            if file.is_relative_to(folder.resolve()) and file.is_file():
                return file
        return None
