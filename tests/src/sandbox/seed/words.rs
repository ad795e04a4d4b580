//! The vocabulary of an outdoor shop.

pub(super) const ADJECTIVES: [&str; 24] = [
    "Alpine",
    "Ridge",
    "Summit",
    "Trail",
    "Basecamp",
    "Glacier",
    "Canyon",
    "Timber",
    "Storm",
    "Nomad",
    "Coastal",
    "Packable",
    "Featherlight",
    "Rugged",
    "Insulated",
    "Waterproof",
    "Convertible",
    "Expedition",
    "Compact",
    "Heritage",
    "Windproof",
    "Reflective",
    "Stretch",
    "Quick-Dry",
];

pub(super) const MATERIALS: [&str; 16] = [
    "Merino",
    "Cordura",
    "Titanium",
    "Down",
    "Fleece",
    "Canvas",
    "Ripstop",
    "Carbon",
    "Cork",
    "Leather",
    "Nylon",
    "Steel",
    "Bamboo",
    "Softshell",
    "Flannel",
    "Silicone",
];

/// What it is, its typical price in cents and its weight in ounces.
pub(super) const NOUNS: [(&str, u32, u16); 28] = [
    ("Jacket", 18_900, 22),
    ("Tent", 34_900, 96),
    ("Sleeping Bag", 22_900, 40),
    ("Backpack", 15_900, 48),
    ("Hiking Boots", 16_900, 44),
    ("Trekking Poles", 9_900, 18),
    ("Headlamp", 4_900, 4),
    ("Water Bottle", 2_900, 9),
    ("Cook Set", 6_900, 20),
    ("Camp Stove", 7_900, 14),
    ("Socks", 1_900, 3),
    ("Beanie", 2_500, 3),
    ("Gloves", 3_900, 5),
    ("Base Layer", 6_500, 7),
    ("Shorts", 5_500, 8),
    ("Trousers", 8_900, 14),
    ("Sun Hat", 3_500, 4),
    ("Dry Bag", 2_700, 6),
    ("Climbing Rope", 19_900, 140),
    ("Carabiner", 1_200, 2),
    ("Harness", 8_500, 15),
    ("Hammock", 7_500, 19),
    ("Camp Chair", 9_500, 60),
    ("Lantern", 4_500, 12),
    ("Multi-Tool", 6_900, 8),
    ("First Aid Kit", 3_900, 16),
    ("Rain Cover", 2_900, 5),
    ("Mug", 1_800, 6),
];

pub(super) const BRANDS: u16 = 12;
pub(super) const COLOURS: [&str; 10] =
    ["Black", "Slate", "Moss", "Rust", "Sand", "Navy", "Plum", "Ochre", "Ivory", "Teal"];
pub(super) const SIZES: [&str; 6] = ["XS", "S", "M", "L", "XL", "XXL"];

/// Names that trip up software which believes that text is English.
pub(super) const UNICODE_NAMES: [&str; 6] = [
    "Gletscher-Überhose für Größe 48½",
    "חולצת טיולים מצמר מרינו",
    "معطف المطر الجبلي",
    "登山用フリースジャケット",
    "Tente « Été » 2 places — édition limitée",
    "Camp Mug ☕️ 👩‍🚒 e\u{301}dition",
];

pub(super) const FIRST_NAMES: [&str; 12] =
    ["Ada", "Bruno", "Chen", "Dalia", "Emeka", "Fatima", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Łukasz"];
pub(super) const LAST_NAMES: [&str; 12] = [
    "Adeyemi", "Brown", "Castillo", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ito", "Jensen",
    "O'Neil", "Nguyễn",
];

pub(super) const STREETS: [&str; 8] = [
    "Cedar Street",
    "Main Street",
    "Maple Avenue",
    "Old Mill Road",
    "Park Lane",
    "River Drive",
    "Second Street",
    "Sunset Boulevard",
];

/// City, state and zip code.
pub(super) const TOWNS: [(&str, &str, &str); 6] = [
    ("Austin", "Texas", "78751"),
    ("Boulder", "Colorado", "80302"),
    ("Burlington", "Vermont", "05401"),
    ("Cañon City", "Colorado", "81212"),
    ("Portland", "Oregon", "97209"),
    ("Saint Paul", "Minnesota", "55102"),
];
