"""The notions rules are made of, and the words members use for them.

Words count in all their forms, phrases as they stand; ``=word`` counts in this form alone.
"""

NOTIONS = {
    # doing
    "log": "log, record, jot, note, put down, write down, write it down, enter, add an expense, track, book, new expense",
    "add": "add, put, throw, toss, place in, drop in, include, register, new, save, insert, stick",
    "spend": "spend, spent, spnt, spendt, spending, pay, paid, bought, buy, cost, =dropped, blew, blown, shell out, shelled out, forked,"
    " fork over, set us back, set me back, came to, went on, gone out, ran me, run us, ran us, run me, purchased, charged, coughed up, gave",
    "earn": "earn, earned, got paid, paid me, paid us, income, paycheck, salary, wage, took home, made money, received, deposit, revenue, payout",
    "made": "=made, earned, took home, brought in, grossed, netted, earn",
    "save": "saved, savings, saving, =save, saves, cheaper, kept in my pocket, in my pocket",
    "saving": "savings, saving, saved us, saved me, we saved, i saved, cheaper, in my pocket, saved",
    "confirm": "confirm, correct that, that's correct, that is correct, yes i did, yes, indeed, actually, really, confirmed",
    "set": "set, change, make, adjust, update, raise, lower, bump, increase, decrease, reduce, cap, limit, restrict, switch, edit, modify,"
    " turn, allocate, should say, should be, to be, rename, create, establish",
    "show": "show, list, pull up, display, see, view, give me, get me, tell me, bring up, open, present",
    "find": "find, search, look for, looking for, look up, locate, seek, hunt, where, any, need, recommend, show, are there, somewhere, in search of, i'm after, want",
    "search": "search, find, look up, look for, looking for, browse, hunt, has anyone, show, seek",
    "how_much": "how much, what have, what did, total, tally, sum, add up, amount, how many dollars, what do, what's",
    "compare": "compare, versus, vs, against, stack up, line up, measure up, side by side, difference between",
    "analyze": "analyze, analyse, analysis, breakdown, evaluate, assess, review, examine",
    "health": "health, healthy, shape, check up, checkup, diagnose, doing financially",
    "predict": "predict, forecast, project, projection, expect, estimate, outlook, anticipate, extrapolate",
    "endmonth": "end of month, end of the month, month's end, month end, rest of the month, rest of this month, by the 31st, by the 30th,"
    " at this pace, at this rate, keep going like this, end up, month close, finish the month, this rate",
    "cut": "cut, trim, cut back, waste less, spend less, spending less, lower our, economize, slash, reduce, save money, save more, save on, shave",
    "suggest": "suggest, recommend, suggestion, recommendation, advise, advice, ideas for, propose",
    "export": "export, download, report, printable, send me, csv, pdf, spreadsheet, copy of, excel",
    "plan": "plan, map out, organize, organise, itinerary, put together, arrange, road trip, planning",
    "heading": "heading, headed, driving from, going from, traveling from, travelling from, want to go",
    "check": "check, verify, look at, inspect",
    "delete": "delete, remove, cancel, erase, scrap, drop, get rid of, clear, take off, purge, wipe, clean",
    "undo": "delete, undo, refund, refunded, remove, revert",
    "move": "move, shift, reschedule, postpone, push back, push, bring forward, change, update, delay",
    "share": "share, sharing, let see, drop a pin, pin, broadcast, beacon",
    "let": "let, allow, tell, show",
    "stop": "stop, quit, end, cease, disable, no longer, turn off, no more, stops",
    "remind": "remind, reminder",
    "schedule": "schedule, scheduled, agenda, =planned, appointment, coming up, upcoming, booked",
    "tell": "tell, text, message, dm, write, let know, send, ping, inform, shoot, notify",
    "everyone": "everyone, everybody, the community, my followers, the world, all my friends, folks, my feed",
    "post_verb": "post, publish, share an update, share a post, announce, put this on my feed, put on my feed, share update, posting",
    "want": "want, i'd like, would like, i need, let's, ready, wish to, i'll take, like to",
    # money
    "budget": "budget, budgets, allowance, budgeted",
    "limit": "limit, limits, cap, allowance, ceiling, restrict, maximum",
    "expense": "expense, expenses, outgoings, expenditure, transaction, purchase, bill, spending, costs",
    "bill": "bill, premium, fee, payment, invoice, charge",
    "money": "money, cash, funds, dollars",
    "finance": "finances, finance, financial, money, income, financially",
    "over": "over budget, gone over, overspend, overspending, overspent, blown, in the red, exceeded, exceed, beyond",
    "doing": "doing, on track, holding up, looking",
    "left": "left, remaining, remain, leftover, still have, left over",
    "within": "within budget, on track, close to, how close, within my, under budget, near my, on budget, stay within, sticking to",
    "should": "should, would, ought, needs, does, is my, too low, too high, enough, realistic, sensible, need",
    "toolow": "too low, too high, too small, too big, too tight, enough, realistic, reasonable, sensible, generous",
    "category_word": "category, categories, bucket, kind of expense, type of expense, classify, categorise, categorize, sort, belongs, belong,"
    " file under, fall under, what kind",
    "classify": "classify, categorise, categorize, sort, belong, fall under, file under, bucket, what kind, which category, what category, category for, category of, category does",
    "charge": "transaction, charge, purchase, merchant, expense, statement, line item",
    "overview": "overview, summary, one view, at a glance, snapshot, overall, big picture, everything together, situation, together, position, =standing, picture, total",
    "income": "income, earnings, revenue, make, bring in",
    "hustle": "hustle, hustles, side gig, side gigs, gig, gigs, side income, side job, side business, money making, moneymaking, extra income,"
    " side hustle, moonlighting, side work, extra money, shop and made, side project",
    "idea": "idea, ideas, possibilities, options",
    "approve": "approve, reject, approval, approved, review",
    "hours_word": "hours, hour, hourly, time",
    "worth": "worth, roi, return, best per, pays best, most profitable, profitable, pays off, paying off, hourly rate, per hour",
    "pattern": "pattern, patterns, trend, trending, habits, quarter to quarter, month to month, year over year, up or down, over time, behaviour, behavior",
    "period_by": "by category, per category, breakdown",
    # the road
    "trip": "trip, trips, journey, itinerary, drive, road trip, vacation, tour, travels, getaway",
    "park": "=park, =parks, campground, campgrounds, campsite, campsites, rv park, camp, site, sites, overnight, overnite, hookup, hookups, stay,"
    " boondock, spend the night, sleep, pitch, spot for tonight, resort, koa, =camping, boondocking, =parked, park overnight",
    "overnight": "overnight, overnite, spend the night, tonight, sleep, spot for tonight, camp",
    "amenity": "amp, sewer, wifi, laundry, showers, hookup, hookups, full hookup, pet friendly, pool, dump",
    "weather": "weather, rain, raining, snow, snowing, forecast, outlook, cold, hot, temperature, sunny, storm, storms, humid, warm, freeze, freezing,"
    " thunderstorms, degrees, climate, rainy, sunshine, =wet",
    "fuel": "gas, fuel, diesel, gasoline, petrol, fill up, fillup, pump, gallon, tank",
    "cheap": "cheap, cheapest, lowest, inexpensive, affordable, price, prices, pay the least, best price, least, low cost, save on",
    "fillup": "fill up, filled up, fillup, =fueled, =fuelled, refuel, =refueled, =refuelled, =tanked, log fuel, put in the tank, in the tank,"
    " gassed up, topped up, topped off, =filled, fuel log, fuel stop, fill-up",
    "station": "station, stations, truck stops",
    "stored": "stored, saved, on record, keep, database, our, kept, on file, in pam",
    "drive_cost": "cost, costs, fuel cost, gas money, estimate, price, burn, spend",
    "saying": "=saying, =posted, talking, discuss",
    "pin": "pin, beacon",
    "sharing_setting": "location sharing",
    "timespan": "this month, this week, this year, last month, last week, so far, lately, recently, past week, past month",
    "sumup": "tally, total up, sum, add up, run us, ran us, run me, total",
    "money_gone": "money go, money went, money going, money has gone, money disappear",
    "propane": "propane",
    "monthly": "a month, per month, monthly, each month, a week, per week, weekly, every month",
    "soon": "next week, this weekend, tomorrow, today, this week, next month, upcoming",
    "personal_advice": "personalized advice, personalised advice, personal recommendations, advice for me, recommendations for me, recommend i do",
    "kind": "gas, fuel, diesel, propane, food, groceries, restaurants, dining, campgrounds, camping, tolls, =parking, repairs, insurance, medical, pets, utilities, internet, wifi, phone, entertainment, maintenance, registration, shopping",
    "calculate": "calculate, compute, estimate, work out, figure out, reckon",
    "route": "route, routes, way, order of stops, stops, path",
    "optimize": "optimize, optimise, best order, reorder, backtrack, most efficient, cheapest way, quickest, fastest, shortest, most scenic,"
    " scenic, best route, efficient, best way, rearrange, cheapest route",
    "road": "road, roads, highway, pass, interstate, freeway, us-, i-, bridge, route",
    "closure": "closure, closures, closed, construction, roadwork, accident, accidents, open, passable, traffic, plowed, detour, detours, conditions, =blocked, road work, delays",
    "sights": "to do in, to do around, to do near, there to do, to see in, to see around, to see near, attractions, sights, sightseeing, things to do, worth seeing, worth a stop, museum, museums, hiking, hike, trails, viewpoint, viewpoints,"
    " see around, should we see, points of interest, landmarks, waterfalls, visit, what to do, fun stuff, what to see, worth visiting, must see, overlooks, scenic spots, explore, galleries",
    "how_long": "how long, drive time, travel time, driving time, driving hours, how many hours, hours from, driving days, how far, when would we, when will we,"
    " arrive, roll into, eta, get to, how many days, reach, hours to",
    "favorite": "favorite, favourite, favorites, favourites, bookmark, saved places, saved spots, remember this spot, remember this place, my places, save this",
    "restriction": "restriction, restrictions, clearance, clearances, low bridge, low bridges, bridges, weight limit, weight limits, tall, height, fit under,"
    " overpass, overpasses, underpass, tunnel, tunnels, clear everything, length limit",
    "safe": "safe, dangerous, too windy, windy, risky, travel conditions, driving conditions, towing conditions, safely, wind, icy, gusty, unsafe",
    "drive": "drive, driving, tow, towing, travel, haul, get the rig, hit the road, take the rig, move the rig",
    "rig": "rig, rv, motorhome, trailer, truck, van, camper, coach, class a, class b, class c, vehicle, fifth wheel, car, motor home, bus, toad",
    "economy": "mpg, miles per gallon, fuel economy, consumption, fuel consumption, l/100km, l 100km, averages, =gets, mileage",
    "convert": "convert, in kilometers, in miles, how many, equals, equal, conversion, in fahrenheit, in celsius, in kg, in litres, in liters, in feet, in meters",
    "service_done": "replaced, =serviced, swapped, changed the, had a, had an, had an, installed, fixed, =repaired, rotated, resealed, flushed, new, got the, did the,"
    " had the, greased, patched, changed, swapped out",
    "vehicle_part": "oil change, tires, tire, brakes, brake, battery, batteries, filter, roof, transmission, coolant, belt, belts, alternator, wipers,"
    " spark plugs, generator, bearings, bearing, furnace, water heater, oil, engine, axle, slide out, awning, pump, inspection, tune up, tuneup, alignment, radiator, shocks, resealed",
    "maintenance": "maintenance, service, upkeep, oil change, serviced, servicing, tune up, maintenance log",
    "due": "due, overdue, upcoming, coming up, next, schedule, soon, needed, needs, needs doing, when, pending",
    # people
    "post_noun": "post, posts, photo, picture, pic, latest, update, story, status, thread",
    "comment": "comment, comments, reply, respond, replies, commented",
    "like_verb": "=like, =liked, heart, thumbs up, =love",
    "unlike": "unlike, take back my like, remove my like, take back, undo my like, withdraw my like",
    "follow": "follow, following, followed, unfollow",
    "unfollow": "unfollow, stop following, quit following, no longer follow",
    "about": "about, on, regarding, saying about, tagged, discussing, mention, mentioning, talking about, concerning, for",
    "people": "people, anyone, anybody, others, members, travellers, travelers, rvers, campers, nomads, folks, friends, neighbors, neighbours, somebody, who, full-timers",
    "friends": "friends, buddies, pals, friend, followers",
    "feed": "feed, are posting, newest posts, recent posts, latest posts, what's new, popular, timeline, catch me up, most recent, been posting, been up to, trending posts, posts from",
    "where_i": "where i'm, where i am, where we are, my location, my position, our location, whereabouts, where we're, my spot, our spot, that i'm at, i'm at, my live location,"
    " where i",
    "nearby": "nearby, near me, near us, around here, close by, around me, in the area, near here, within, closest, nearest, close to me, next to us, around us, neighborhood",
    "camping_people": "camped, camping, parked, staying, around, fellow",
    "event": "event, meetup, meet-up, meet up, potluck, gathering, get together, get-together, rally, campfire, barbecue, bbq, breakfast, party, hangout, cookout, game night",
    "host": "host, create, organise, organize, set up, throw, plan, arrange, schedule, start",
    "rsvp": "rsvp, sign me up, count me in, i'll attend, i'm going to, i'll be there, join that meetup, join the meetup, going to the",
    "attend": "attend, go to, join, happening, coming up, going on, take part",
    "group": "group, groups, communities, club, clubs",
    "join": "join, sign up for, become a member",
    "leave": "leave, quit",
    "tip": "tip, tips, advice, hint, hints, pointers, trick, tricks",
    "community": "community, members, others, travelers, travellers, rvers, other people, everyone, campers, nomads",
    "submit": "submit, share a tip, i have a tip, contribute, share, offer, a tip for, leave a tip, here's a tip, post a tip",
    "block": "block, unblock, mute, blocked",
    "messages": "messages, inbox, conversation, chat, dms, unread",
    "read": "read, new, unread, do i have, check, show, any",
    # shop
    "shop": "shop, store, sell, products, product, rated, stars or, shopping for, in stock, buy",
    "gear": "gear, products, product, equipment, accessories, accessory, gadgets",
    "cart": "cart, basket, bag, shopping cart",
    "about_to_buy": "about to buy, about to order",
    "checkout": "checkout, check out, place the order, place my order, complete my purchase, complete my order, buy what's in, pay for my cart, pay for my basket,"
    " finish my order, submit my order, ship it to, buy everything, order it now, purchase what's in, pay for the",
    "order": "order, package, parcel, delivery, purchase, shipment",
    "shipped": "shipped, where, track, arrive, status, ship, delivered, coming, tracking, when, on its way",
    # me
    "profile": "profile, username, bio, user name, handle, rv type, avatar, home base, home location, about me, rv year, display name",
    "theme": "dark mode, light mode, dark theme, light theme, theme, night mode, auto theme, dark, light theme, color scheme",
    "notify": "notification, notifications, emailing, emails, push, alerts, reminders on, trip reminders, budget alerts, reminders off, newsletters, email me",
    "language": "language, in spanish, in french, in german, to spanish, to french, to german",
    "toggle": "turn, enable, disable, switch, activate, deactivate, mute, on, off, set, use, change, stop, keep, want, no more",
    "privacy": "privacy, private, public, visible, hidden, visibility, hide",
    "my_profile": "profile, account, page",
    "my_data": "my data, my information, personal data, about me, have on me, store about me, all my data, my personal, know about me, my records",
    "data_use": "data collection, use my data, collect my data, collecting, my data for, tracking me, analytics, collect data",
    "allowed_message": "to message me, message me, contact me, write to me, dm me, send me messages, messages from",
    "who_may": "only, nobody, no one, everyone, anyone, friends, allow, allowed, block",
    "activity": "activity, my trips, trip sharing, location sharing, financial data, finances, what i do, my spending, financial",
    "hide": "hide, private, don't show, turn off, stop showing, nobody, no one, don't share, invisible, keep from, disable, not, secret, public, make, only, show, turn on, allow, enable",
    "stats": "stats, statistics, my numbers, how many trips, how many miles, logged so far, my totals, so far, my record",
    "calendar": "calendar, agenda, diary",
    "appointment": "appointment, reminder, event, meeting, entry, inspection, rotation, visit, dentist, check-in, reservation, booking, doctor",
    "feedback_good": "thumbs up, spot on, great answer, good answer, that helped, helpful, perfect answer, nailed it, good job, well done, nice answer",
    "feedback_bad": "thumbs down, wasn't helpful, not helpful, useless, wrong answer, bad answer, was wrong, unhelpful, terrible answer, poor answer",
    "feedback": "rate that, rate this, feedback, rate your, stars for that, rate the",
    "answer": "answer, reply, response, last message",
    # insight
    "knowledge": "knowledge, knowledge base, knowledgebase, admins, stored advice, learn this, official, rules on, the rules, policy on, regulations, stored facts, moderators",
    "know_add": "add to, note for, learn, remember for everyone, add this, teach, put in, store this, new",
    "full_view": "360, full picture, complete overview, everything about me, whole picture, complete picture, big picture of my, all about me",
    "trip_expenses": "expenses, cost, spending, spent, total, cost per day, really cost",
    "future": "over the next, next, coming, ahead, set aside, expected, upcoming, predict, forecast, future, will",
    "focus_next": "do next, focus on, improve next, improving, recommendations, personalized, personalised, what now, best next step, work on, priorities, prioritize",
    "adapt": "adapt, optimise, optimize, optimisation, optimization, learn my habits, work better for me, tailor, personalise how, personalize how, improve how you",
    "yourself": "you, yourself, for me, to me, experience, plan for, better",
    "report": "report, insights report, write up",
    "platform": "platform, usage, used, errors, busiest, analytics, insights, users",
    "insights": "insights, insight, trends, trend, performance, errors, busiest",
    "analytics": "analytics, usage, metrics, roll-up, rollup, roll up",
    "aggregate": "aggregate, generate, build, compute, roll-up, rollup, roll up, run, summary, summarize, summarise, daily",
    "daily": "daily, yesterday, roll-up, rollup, one day, today",
    "span": "weekly, monthly, summary, range, from",
    "session": "session, sessions, chats",
    "count": "how many, how long, count, average, number of, analytics, statistics",
    "expired": "expired, older than, stale, old, expire, inactive, dead",
    "database": "database, db, postgres, postgresql",
    "table": "table, tables, rows, row, records",
    "rows": "row, rows, entries",
    "sizes": "row counts, rows for every, statistics, stats, how big, sizes, size, every table, all tables, largest",
    "alive": "health, healthy, reachable, ok, okay, up, alive, working, connection, running, responding, status",
}

COMMON = """the a an and or but if then than that this these those there their they them he she his her him its it our your yours
mine with without within into onto from have has had having been being was were will would could should might must shall may can cannot
what when where which while who whom whose why how about above after again against all almost along already also although always among
around away back because before behind below beside between both came come does doing done down during each early either else enough even
ever every few first found gave give given gone good great had half hand hard here high hold home house inside just keep kind knew know
large last late later least less like line little live long look lot made make many maybe mean more most much must name near never next
nice night nothing now off often once only open other ours over own part people place point quite rather read really right same seem seen
several short side since small some soon still such sure take taken than thank thanks think three through time today together told too
took toward town turn under until upon very wait walk wall want water week well went west whole wide wife word work world write year yes
yet young bend reno salt lake city spring springs beach river valley mountain desert north south east coast island forest canyon house
world capital poem funny tired sing joke truck trucks series president france spare stage grand creek butte rock sand bridge head book
smart ground letter paper plane plant light night sound story study table taste thing touch train voice watch wheel white woman horse
hello evening morning afternoon phone cheers later"""
