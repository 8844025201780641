"""What the shop sells: its categories, and the words that names and searches are made of. Data, no code."""

from __future__ import annotations

from typing import NamedTuple


class Category(NamedTuple):
    """A category of products: its path, what one piece is called, the middle of its prices in euros, its share of
    interest, the share of bought lines that come back, and whether people buy several at once."""

    path: str
    noun: str
    price: float
    interest: float
    returns: float = 0.05
    is_consumable: bool = False


CATEGORIES = (
    Category("home.kitchen.kettle", "Kettle", 42, 5.0),
    Category("home.kitchen.cookware", "Saucepan", 65, 4.5),
    Category("home.kitchen.knives", "Chef's knife", 58, 2.2, 0.03),
    Category("home.kitchen.storage", "Storage jar", 19, 2.0),
    Category("home.kitchen.coffee_maker", "Coffee maker", 189, 4.6, 0.06),
    Category("home.dining.tableware", "Dinner plate", 34, 3.0),
    Category("home.dining.glassware", "Water glass", 26, 2.0),
    Category("home.living.cushions", "Cushion", 24, 2.6, 0.08),
    Category("home.living.rugs", "Rug", 129, 2.4, 0.14),
    Category("home.living.lamps", "Floor lamp", 79, 3.8, 0.09),
    Category("home.living.candles", "Candle", 14, 2.2, 0.02, True),
    Category("home.bedroom.bedding", "Duvet cover", 69, 3.4, 0.09),
    Category("home.bedroom.pillows", "Pillow", 39, 1.8, 0.06),
    Category("home.bath.towels", "Bath towel", 22, 2.4, 0.04),
    Category("home.bath.accessories", "Soap dish", 18, 1.0),
    Category("furniture.living.sofa", "Sofa", 849, 2.2, 0.12),
    Category("furniture.living.armchair", "Armchair", 329, 1.6, 0.11),
    Category("furniture.living.coffee_table", "Coffee table", 179, 1.7, 0.08),
    Category("furniture.dining.chair", "Dining chair", 98, 2.3, 0.09),
    Category("furniture.dining.table", "Dining table", 459, 1.5, 0.07),
    Category("furniture.office.desk", "Desk", 289, 1.6, 0.07),
    Category("furniture.office.chair", "Office chair", 219, 2.4, 0.13),
    Category("furniture.storage.shelf", "Shelf", 109, 1.8, 0.06),
    Category("appliances.kitchen.blender", "Blender", 89, 2.6, 0.07),
    Category("appliances.kitchen.toaster", "Toaster", 49, 1.8),
    Category("appliances.kitchen.mixer", "Stand mixer", 249, 1.9, 0.06),
    Category("appliances.kitchen.air_fryer", "Air fryer", 129, 4.2, 0.08),
    Category("appliances.cleaning.vacuum", "Vacuum cleaner", 239, 3.6, 0.09),
    Category("appliances.cleaning.steam_mop", "Steam mop", 99, 1.0, 0.1),
    Category("appliances.air.purifier", "Air purifier", 179, 1.2, 0.08),
    Category("appliances.air.heater", "Heater", 69, 1.6, 0.07),
    Category("garden.furniture.lounge", "Lounge set", 399, 0.8, 0.08),
    Category("garden.furniture.parasol", "Parasol", 119, 0.5, 0.08),
    Category("garden.grill.charcoal", "Charcoal grill", 149, 0.9),
    Category("garden.grill.gas", "Gas grill", 459, 0.8, 0.06),
    Category("garden.plants.pots", "Plant pot", 21, 1.2, 0.03),
    Category("garden.tools.hand", "Hand trowel", 17, 0.8, 0.03),
    Category("fashion.women.loungewear", "Women's lounge trousers", 54, 2.6, 0.24),
    Category("fashion.women.slippers", "Women's slippers", 34, 1.8, 0.22),
    Category("fashion.men.loungewear", "Men's lounge trousers", 52, 1.6, 0.21),
    Category("fashion.men.slippers", "Men's slippers", 36, 1.1, 0.2),
    Category("fashion.accessories.scarves", "Scarf", 29, 1.4, 0.12),
    Category("kids.toys.building", "Building blocks", 39, 2.6, 0.03),
    Category("kids.toys.wooden", "Wooden train", 27, 1.9, 0.03),
    Category("kids.room.lamps", "Night light", 32, 0.9, 0.06),
    Category("kids.room.bedding", "Cot bedding", 44, 0.9, 0.07),
    Category("pantry.coffee.beans", "Coffee beans", 13, 3.2, 0.01, True),
    Category("pantry.coffee.capsules", "Coffee capsules", 9, 2.4, 0.01, True),
    Category("pantry.tea.loose", "Loose tea", 11, 1.6, 0.01, True),
    Category("pantry.sweets.chocolate", "Chocolate bar", 7, 2.0, 0.01, True),
    Category("smart_home.light.bulb", "Smart bulb", 29, 2.2, 0.08),
    Category("smart_home.heating.thermostat", "Thermostat", 69, 1.5, 0.1),
    Category("smart_home.security.camera", "Security camera", 89, 1.6, 0.12),
    Category("smart_home.audio.speaker", "Speaker", 119, 2.3, 0.1),
)

BRANDS = (
    *("Nordal", "Casa Lumo", "Brewster & Sons", "Hygge Works", "Tavolo", "Kesselhaus", "Maison Clair", "Oakline"),
    *("Füllhorn", "Velt", "Arda", "Pinta", "Lille Skov", "Morgenrot", "Stilo", "Thrum", "Kupfer & Kalk", "Noma Living"),
    *("Åsgård", "Finch", "Bellweather", "Quint", "Solvei", "Terra Nuda", "Dřevo", "Ember", "Halcyon", "Mira Mira"),
    *("Polder", "Rask"),
)
STYLES = (
    *("Classic", "Compact", "Pro", "Slim", "XL", "Mini", "Eco", "Studio", "Heritage", "Light", "Duo", "Family"),
    *("Travel", "Prime", "Nova", "Basic", "Deluxe", "Round", "Tall", "Soft"),
)
COLOURS = ("black", "white", "sand", "sage", "copper", "navy", "oak", "stone", "rosé", "graphite")
