"""`Index`, the only name for others: articles in a database (`dedup.store`), each matched as it arrives.

    index ─► intake (articles sketched) ─► adding ─► probing (candidates) ─► bench, held (compared) ─► stories (settled)
      ├────► looking (what an article matches) ─► probing ─► bench, held
      ├────► telling (a story told)
      ├────► around (the articles of the days around, for events) ◄─ adding, looking
      ├────► recent (articles that were compared lately) ◄─ held
      └────► rebuilding (all of it sketched anew), settings (what a database holds fixed)
"""

from __future__ import annotations

from dedup.api.index.index import Index

__all__ = ["Index"]
