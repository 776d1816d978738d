"""Words for made-up profiles and captions, in many scripts: what a tracker meets in the wild."""

GIVEN_NAMES = (
    "aiko", "amara", "ana", "bruno", "carla", "chidi", "dana", "diego", "elif", "emma", "farah", "finn", "gita", "hana",
    "hugo", "ines", "ivan", "jonas", "kai", "karim", "lara", "leo", "lina", "luca", "maya", "mei", "mila", "nadia",
    "noah", "nora", "omar", "pia", "rafa", "sana", "sofia", "theo", "yuki", "zara", "zoe", "pablo",
)  # fmt: skip
SUBJECTS = (
    "cooks", "dances", "travels", "lifts", "paints", "codes", "bakes", "runs", "gardens", "skates", "sings", "knits",
    "thrifts", "climbs", "films", "reads", "surfs", "builds", "styles", "explores",
)  # fmt: skip
CATEGORIES = ("beauty", "comedy", "dance", "education", "fashion", "fitness", "food", "gaming", "music", "travel")
NATIVE_NAMES = (
    "山田 あおい",
    "سارة العلي",
    "Ольга Иванова",
    "김하늘",
    "Zoë O’Neill",
    "José Núñez",
    "प्रिया शर्मा",
    "Ayşe Yılmaz",
)
BIOS = (
    "New video every Friday ✨",
    "Small kitchen, big flavours 🍜",
    "Berlin → Lisbon\nfor work: link below",
    "東京で暮らすデザイナー",
    "أشارك يومياتي معكم 🌙",
    "100% chaos 🤸‍♀️",
    "",
)
OPENINGS = (
    "Wait for it", "POV: you finally tried it", "3 things I wish I knew", "Day 12", "Get ready with me",
    "Honest review", "This took 40 hours", "Part 2!", "You asked, I answered", "Behind the scenes", "A quiet Sunday",
    "Never again",
    "新しい朝のルーティン", "今日のお弁当", "京都さんぽ", "يوم في حياتي", "وصفة سهلة وسريعة", "Un día normal",
    "Ça a marché ?", "Как это сделано", "오늘의 기록", "50% off, no joke_",
)  # fmt: skip
ENDINGS = ("", "", " 😂", " ✨✨", " 🍜🔥", " 👩‍🍳", " 🏳️‍🌈", " — save this!", "\n\nFull video on my page", " 🇯🇵", " ❤️")
SYLLABLES = (
    "ba", "chi", "dor", "fen", "gu", "hol", "jax", "kel", "lum", "mir", "nov", "oz", "pra", "quin", "rus", "sti",
    "tev", "ulm", "vio", "wex", "yar", "zen", "bly", "cro", "dwi", "fjo", "gly", "hjo", "ika", "kvo", "lyx", "mno",
    "nje", "ops",
)  # fmt: skip
TAGS = (
    "fyp",
    "viral",
    "foryou",
    "reels",
    "love",
    "日常",
    "おすすめ",
    "اكسبلور",
    "travel",
    "food",
    "ootd",
    "gym",
    "learnontiktok",
)
