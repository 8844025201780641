"""The warehouse behind one small protocol; its driver is imported only when chosen."""

from flows.warehouse.base import Warehouse, open_warehouse

__all__ = ["Warehouse", "open_warehouse"]
