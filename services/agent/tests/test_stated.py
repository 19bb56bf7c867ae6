"""What a member states of themselves, and what only looks like it."""

import pytest

from pam_agent.stated import Stated, facts_in

pytestmark = pytest.mark.unit


def kinds(text):
    return [fact.kind for fact in facts_in(text)]


@pytest.mark.parametrize(
    ("text", "kind", "subject"),
    [
        ("my rig is 36 feet", "rig", "rig length"),
        ("Our motorhome stands 12 feet 6 inches tall.", "rig", "rig height"),
        ("our rv is 38 feet long and 13'2\" tall", "rig", "rig height"),
        ("Our trailer weighs 7,500 lbs loaded", "rig", "rig weight"),
        ("my van is 9'6\" tall", "rig", "rig height"),
        ("the rig gets about 9 mpg", "rig", "rig mileage"),
        ("my trailer is 8.5 feet wide", "rig", "rig width"),
        ("We own two kayaks", "rig", "kayak"),
        ("our two huskies are Nanook and Sky", "pet", "huskies name"),
        ("I avoid gluten", "diet", "gluten"),
        ("my grandson Leo turns 8 in April", "date", "grandson leo birthday"),
        ("there are four of us", "person", "family"),
        ("we usually winter in Arizona", "preference", "every winter"),
        ("we belong to Escapees", "about_me", "escapees"),
        ("I drive a 2019 Winnebago View", "rig", "rig"),
        ("we've got a class C", "rig", "rig"),
        ("my partner and I live full-time in a 40-foot fifth wheel", "rig", "rig"),
        ("we tow a Jeep behind it", "rig", "jeep"),
        ("my fresh water tank holds 60 gallons", "rig", "fresh water tank"),
        ("We travel with a parrot and two cats", "pet", "parrot"),
        ("I've got an old beagle named Rusty", "pet", "rusty beagle"),
        ("Our cat is called Pickle.", "pet", "cat name"),
        ("we just adopted a golden retriever", "pet", "retriever"),
        ("my dog Biscuit is afraid of thunder", "pet", "biscuit dog"),
        ("my pup can't be left alone", "pet", "pup can't"),
        ("im vegan", "diet", "diet"),
        ("We both keep kosher", "diet", "diet"),
        ("i'm on a low-sodium diet", "diet", "diet"),
        ("I don't eat pork", "diet", "pork"),
        ("I'm deathly allergic to bee stings", "health", "allergy to bee stings"),
        ("I have a severe peanut allergy", "health", "allergy to peanut"),
        ("I've got arthritis in both knees", "health", "arthritis"),
        ("I use a CPAP", "health", "cpap"),
        ("I take metformin every morning", "health", "metformin"),
        ("my pension is $2,400 a month", "money", "income"),
        ("We live on about 3000 dollars a month", "money", "income"),
        ("our son Eric lives near Spokane", "person", "son eric home"),
        ("my brother in law lives in Flagstaff", "person", "brother in law home"),
        ("my daughter's phone number is 406-555-0182", "person", "daughter contact"),
        ("my husband is called Tomás", "person", "husband name"),
        ("my kids are Emma and Noah", "person", "kids name"),
        ("we have three grandkids", "person", "grandkids"),
        ("my wife Kim is a vegetarian", "person", "wife kim diet"),
        ("I'm married to Paula", "person", "spouse"),
        ("my emergency contact is Joe Park", "person", "emergency contact"),
        ("my birthday is March 9", "date", "birthday"),
        ("my mom's birthday is July 4", "date", "mom birthday"),
        ("We got married in 1987", "date", "wedding"),
        ("our insurance expires in October", "date", "insurance"),
        ("we've been full-timing since 2018", "date", "on the road since"),
        ("we plan to spend next summer in Alaska", "plan", "summer"),
        ("I'm going to Yellowstone in June", "plan", "june"),
        ("We're heading to Moab next", "plan", "moab"),
        ("I intend to visit every national park", "plan", "visit every national park"),
        ("our dream is to see Newfoundland", "plan", "dream"),
        ("we're originally from Minnesota", "place", "home"),
        ("our home base is Livingston, Texas", "place", "home base"),
        ("my favorite campground is Lost Dutchman", "place", "favorite campground"),
        ("every winter we go to Baja", "preference", "every winter"),
        ("my favourite food is green chile", "preference", "favorite food"),
        ("I love hot springs", "preference", "hot springs"),
        ("I really don't like big cities", "preference", "big cities"),
        ("I prefer back roads", "preference", "back roads"),
        ("we never stay at Walmart", "preference", "stay at walmart"),
        ("I'm a night owl", "preference", "night owl"),
        ("I need full hookups", "preference", "full hookups"),
        ("I won't tow in the wind", "about_me", "tow in the wind"),
        ("I do not swim", "about_me", "swim"),
        ("I get carsick on winding roads", "about_me", "carsick"),
        ("We don't drive more than 250 miles a day", "about_me", "driving distance"),
        ("I'm a retired nurse", "about_me", "work"),
        ("I'm 67 years old", "about_me", "age"),
        ("we're members of Harvest Hosts", "about_me", "harvest hosts"),
        ("my name is Marguerite", "about_me", "name"),
        ("everyone calls me Bo", "about_me", "name"),
        ("You can call me Hank.", "about_me", "name"),
    ],
)
def test_what_a_member_states_is_a_fact_in_their_words(text, kind, subject):
    """R-A7: kind, subject, and the statement as it was said."""
    [fact] = facts_in(text)
    assert (fact.kind, fact.subject) == (kind, subject)
    assert fact.statement == text.rstrip(".")
    assert fact.confidence > 0.8


@pytest.mark.parametrize(
    "text",
    [
        "is my rig 34 ft?",
        "do we have two dogs?",
        "Have we got a cat?",
        "Did I tell you we have two dogs?",
        "my rig is 34 ft, right?",
        "Show me parks, my rig is 34 ft long?",
        "what if my rig is 34 ft",
        "what do you know about me?",
    ],
)
def test_a_question_states_nothing(text):
    """R-A7: whoever asks does not know."""
    assert not facts_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "I'm not vegetarian",
        "we have no pets",
        "I don't have a dog",
        "I don't own an RV",
        "our dog isn't a beagle",
        "my rig isn't 34 ft",
        "My name is not Bob",
        "don't call me Shirley",
        "I never said I'm vegan",
        "Do not remember that I'm vegan",
        "forget that I'm vegetarian",
        "it's false that I have diabetes",
    ],
)
def test_a_denial_states_nothing(text):
    """R-A7: what is not so is no fact."""
    assert not facts_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "if I were vegetarian, what would I eat",
        "if we have two dogs, we need more room",
        "unless my rig is over 40 ft",
        "suppose I'm vegan",
        "pretend my rig is 50 ft",
        "Let's say I'm a vegetarian",
        "maybe we will winter in Yuma",
        "I might be allergic to shellfish",
        "I'd love to have a cat",
        "I would like to winter in Yuma",
        "I wish I had a parrot",
        "we're thinking about getting a cat",
        "I hope to visit Alaska",
        "we plan to winter in Yuma unless it snows",
        "I'm going to Yellowstone in June if I get a site",
        "I love hot springs, I guess",
    ],
)
def test_a_supposition_states_nothing(text):
    """R-A7: what might be is no fact."""
    assert not facts_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "my neighbor is vegetarian",
        "My friend Carol is a vegan",
        "Ann says she is vegan",
        "Ann: I'm vegetarian",
        'he said "I\'m allergic to nuts"',
        "my brother thinks I'm diabetic",
        "my sister has two dogs",
        "they have two cats",
        "my friend's rig is 40 ft",
        "my sister's dog is named Max",
        "your rig is 34 ft",
        "the campground has two dogs",
        "tell my sister Ann I love her",
    ],
)
def test_what_others_say_or_are_is_no_fact_of_the_member(text):
    """R-A7: only what they state of themselves and theirs."""
    assert not facts_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "I used to be vegan",
        "when I was vegan I ate beans",
        "we had a dog",
        "we no longer have a cat",
        "we sold our trailer",
        "my rig is in the shop",
        "my rig is a mess",
        "my rig was 34 ft",
        "my dog is sick",
        "I'm hungry",
        "we're in Moab right now",
        "I can't drive today",
        "I can't find a campground",
    ],
)
def test_what_has_ended_or_will_pass_is_not_kept(text):
    """R-A7: memory is for what lasts."""
    assert not facts_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "I spent $45 on gas",
        "log that I paid $30 for the campground",
        "I made $50 today",
        "set my gas budget to $300 a month",
        "I'm planning my budget",
        "I plan a trip from Denver to Moab",
        "we're heading from Tucson to Moab, keep it cheap",
        "I'm looking for a hose below forty dollars",
        "I have to buy dog food",
        "we have hot dogs for dinner",
        "we have 4 nights left",
        "I have a reservation at Lone Rock",
        "find a park for my 34 ft rig",
        "I need diesel",
        "I'm going to bed",
        "call me a cab",
        "call me if it rains",
        "call me ASAP",
        "I love it",
        "I like your answer",
        "I like the second one",
        "I plan to stop for gas",
        "I hate to bother you",
        "I'm OK",
        "I'm Sorry",
    ],
)
def test_errands_and_courtesies_are_no_facts(text):
    """R-A7: the first person alone makes no fact."""
    assert not facts_in(text)


def test_a_message_may_state_several_facts():
    """R-A7: clause by clause, sentence by sentence; what the member is asked or asks between does not count."""
    text = "Hi, I'm Dave and I drive a 36 ft motorhome. Can you help? We have a cat, but my wife is allergic to nuts!"
    assert kinds(text) == ["about_me", "rig", "pet", "person"]


def test_a_statement_before_a_question_counts():
    """R-A7: the question does not."""
    assert facts_in("I\u2019m vegetarian, where can I eat in Tucson?") == [
        Stated("diet", "diet", "I'm vegetarian", 0.95),
    ]
    assert kinds("I'm vegan. Is there a restaurant nearby?") == ["diet"]


def test_what_pam_is_told_to_remember_is_sure_and_need_not_be_of_a_known_kind():
    """R-A7: "remember that ..." is the member's own word for it."""
    assert facts_in("Please remember that my rig is 36 ft") == [Stated("rig", "rig length", "my rig is 36 ft", 1.0)]
    assert facts_in("don't forget I take my coffee black") == [
        Stated("about_me", "take my coffee black", "I take my coffee black", 0.9)
    ]
    assert facts_in("Can you remember that my rig is 36 ft?") == facts_in("Remember my rig is 36 ft")
    assert not facts_in("I take my coffee black")


def test_a_bare_name_is_a_guess():
    """R-A7: below 0.8 the member is asked; a small letter is no name."""
    assert facts_in("Nice to meet you, I'm Theresa")[0].confidence == 0.7
    assert not facts_in("I'm theresa")


def test_of_one_subject_the_last_statement_counts():
    """R-A7: members correct themselves."""
    [fact] = facts_in("my rig is 34 ft. No wait. My rig is 36 ft.")
    assert fact.statement == "My rig is 36 ft"


def test_a_long_message_takes_no_long_time():
    """R-A7: no pattern runs away with repeated words: this ends, or the test does not."""
    assert not facts_in("my dog my wife we have a an our my 1 ft " * 400)
