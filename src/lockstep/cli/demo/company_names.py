"""The names that the made company is put together from.  Nobody of them exists."""

_GIVEN = (
    "Ada Björn Chloé Dagný Émile Fátima Gülşen Håkon Inês Jürgen Katarzyna Łukasz Mădălina Noël Ólafur Priya Quỳnh Renée "
    "Søren Tomáš Úrsula Věra William Xóchitl Yuki Zoë Þórunn Aoife Marie-Claire Chinedu"
)
_FAMILY = (
    "Achterberg Brânză Castañeda Dąbrowski Eriksson Fernández-Ortiz Grünwald Hämäläinen Iñárritu Jørgensen Kovács Lefèvre "
    "Müller Nguyễn O'Brien Pålsson Quiñones Řezníček Straßburger Tănase Usman Vågen Whitfield Xu Yılmaz Żeleński "
    "Ångström Çelik Hōjō Saint-Exupéry Mbeki"
)
GIVEN = tuple(_GIVEN.split())
FAMILY = tuple(_FAMILY.split())
MIDDLE = ("Anne", "J.", "María", "K. L.", "Óscar")
SUFFIXES = ("Jr.", "III", "PhD", "Sr.", "MD")

LONG_GIVEN = "Maximiliana Anneliese Friederike"
LONG_FAMILY = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh"

PLAIN = str.maketrans({"ø": "o", "ł": "l", "Ł": "L", "Þ": "Th", "ß": "ss", "ı": "i", "đ": "d", "ð": "d"})
"""Letters that do not fall apart into a plain letter and an accent."""

DEPARTMENTS = {
    "Research": ("Products", "Scientist"),
    "Treasury": ("Corporate", "Analyst"),
    "Engineering": ("Products", "Engineer"),
    "Sales": ("Customers", "Account manager"),
    "Legal": ("Corporate", "Counsel"),
    "Support": ("Customers", "Support specialist"),
    "Design": ("Products", "Designer"),
    "People & Culture": ("Corporate", "People partner"),
    "Marketing": ("Customers", "Editor"),
    "Operations": ("Corporate", "Coordinator"),
}
"""Each department's division, and what most people there are."""

OFFICES = {
    "Zürich": ("de-CH", "Europe/Zurich"),
    "Kraków": ("pl-PL", "Europe/Warsaw"),
    "São Paulo": ("pt-BR", "America/Sao_Paulo"),
    "Québec": ("fr-CA", "America/Toronto"),
}
"""Each office's locale and time zone."""

LONG_GROUP = (
    "Working group on the harmonisation of procurement, travel and expense policies across all entities "
    "(Zürich, Kraków, São Paulo and Québec)"
)
EMPTY_GROUP = "Project Ångström (starts next quarter)"
EVERYBODY = "All staff"
REMOTE = "Remote access"
