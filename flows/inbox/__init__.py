"""The inbox: a folder or a bucket's prefix in which files arrive by themselves. Nothing there is moved or deleted.

What has become of a file stands in the warehouse (`ops.files`), by its content; what lies there and has arrived is seen
without opening a file.
"""

from __future__ import annotations

from flows.inbox.arrivals import arrived, heeded, key_of, told, unheeded
from flows.inbox.found import Found
from flows.inbox.place import Place, own_folder, place_of

__all__ = ["Found", "Place", "arrived", "heeded", "key_of", "own_folder", "place_of", "told", "unheeded"]
