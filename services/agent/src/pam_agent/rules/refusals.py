"""What is refused, and what is answered with care. Pure; a sentence each, said once."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """Words that ask for what is not done, and what is said to them."""

    words: re.Pattern[str]
    answer: str


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_CARE = (
    "I'm really glad you told me, and I'm sorry it is this heavy right now. You don't have to carry it alone: in the US"
    " you can call or text 988 at any hour and somebody will listen; if you are in danger this minute, call 911. If you"
    " can, let somebody near you know too. I'm here as long as you want to talk."
)
_OTHERS = "I only work with your own records, and I keep everybody else's as private as yours."
_MACHINE = (
    "I can't run commands or touch the machines behind me. I can help you with your trips, your money and your rig."
)
_INSIDE = (
    "I keep how I work on the inside, and the keys to it, to myself. Ask me for anything about your life on the road."
)
_HARM = "I won't help with that, because somebody could get hurt."
_MASS = "I can't do that: it would destroy what belongs to others. I can delete single entries of your own."

_NAMED = (
    r"(?-i:(?!I\b|Today|Yesterday|This|Last|(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?"
    r"|Aug(?:ust)?|Sep\w*|Oct(?:ober)?|Nov\w*|Dec\w*|\w+day)\b)[A-Z][\w-]+)"
    r"(?: (?-i:[A-Z][\w-]+))?"
)
_PRIVATE = (
    r"(?:e-?mails?|e-?mail address(?:es)?|home address(?:es)?|address(?:es)?|expenses?|budgets?|(?:private "
    r"|direct )?messages"
    r"|inbox|locations?|data|phones?|(?:tele)?phone numbers?|whereabouts"
    r"|spending|records|card numbers?|credit cards?|(?:bank )?accounts?"
    r"|bank details|incomes?|finances|balances?|logins?)"
)

REFUSALS = (
    Refusal(
        _words(
            r"\b(?:kill(?:ing)?|harm(?:ing)?|cutting|to (?:hurt|cut)) myself\b|\bsuicid\w*|\bend (?:it all"
            r"|my (?:own )?life)\b"
            r"|\bi(?:'m| am| just| really)* (?:want to|wanna|wish to|ready to|going to) die\b|\bwish i (?:was"
            r"|were) dead\b"
            r"|\b(?:don'?t|do not|no longer) (?:want|wanna) to (?:live|be alive|be here any ?more|wake up)\b"
            r"|\bno (?:reason|point) (?:to|in) (?:live|living|go on|going on)\b|\bbetter off (?:dead|without me)\b"
        ),
        _CARE,
    ),
    Refusal(
        _words(
            r"\b(?:delete|remove|drop|erase|wipe|truncate|destroy|purge|empty|ban)\b.*\b(?:users?(?! i follow)"
            r"|accounts|(?:every|each) (?:\w+ )?account|members"
            r"|database|db|tables?|everyone|everybody|(?:everyone|everybody)'s|all (?:data|records|posts))\b"
            r"|\bwipe (?:the|all)\b(?! (?:slate|counter|windows?))"
        ),
        _MASS,
    ),
    Refusal(
        _words(
            r"\b(?:rm -|sudo|curl |wget |chmod|\bbash\b|\bssh\b|\b(?:give|get|open|start|spawn) (?:me )?(?:a "
            r"|the )?(?:root )?shell\b(?! (?:station|gas))"
            r"|shell (?:command|script)|execute\b.*\b(?:code|command|server|machine|sql|query)"
            r"|run\b.*\b(?:command|script|server|sql)|delete from [a-z_]+(?: where\b|;|\W*$)"
            r"|drop table|select \*|union select|<script|(?:shut ?down|reboot|restart|crash) (?:the "
            r"|your )?(?:servers?|system|machine))"
        ),
        _MACHINE,
    ),
    Refusal(
        _words(
            r"\b(?:ignore|forget|disregard|bypass|override|break|drop)\b.*\b(?:instructions?|rules|prompt|guidelines"
            r"|restrictions you|safety|approvals?|permissions)\b"
            r"|\b(?:ignore|forget|disregard) (?:what|everything|all|anything) you (?:were|have been|are"
            r"|'ve been) (?:told|taught)\b"
            r"|\b(?:system|hidden|secret|initial|original) (?:prompt|instructions)\b"
            r"|\b(?:instructions|rules|prompt) (?:\w+ )?(?:were )?you (?:\w+ )?(?:given|told|set up with|loaded with"
            r"|start(?:ed)? with|run on)\b"
            r"|\b(?:print|show|reveal|repeat|output|dump|tell me|what are|give me)\b.*\byour (?:own |full |exact )?"
            r"(?:instructions|prompt|source code|configuration|environment variables)\b"
            r"|\benv(?:ironment)? (?:vars?|variables)\b"
            r"|\b(?:disable|turn off|switch off|skip|get around) (?:the |all |your |all the )?(?:approvals?"
            r"|confirmations?"
            r"|permission checks)\b|\bact as (?-i:DAN)\b"
            r"|\b(?:disable|turn off|switch off|remove|lift) (?:all )?your (?:\w+ )?(?:safety|guardrails?|filters?"
            r"|restrictions|rules|limits)\b"
            r"|\bapi[ -]?keys?\b|(?<!wifi )(?<!wi-fi )(?<!internet )\bpasswords?\b"
            r"|\bcredentials\b|\bjailbreak|\baccess tokens?\b|\bprivate keys?\b"
            r"|\bsecrets?\b.*\b(?:print|show|reveal)|\b(?:developer|god|dan) mode\b|\bno (?:rules|restrictions"
            r"|limits)\b.*\b(?:you|pretend)"
            r"|\b(?:pretend|act as if|imagine) you(?: are|'re|r)?(?: have)?\b.*\b(?:no|without|un)\s?(?:rules"
            r"|restrict|filter|limits)"
            r"|\b(?:make|grant|give|promote) me\b.*\b(?:an )?(?:admin|root|superuser|administrator)\b"
        ),
        _INSIDE,
    ),
    Refusal(
        _words(
            r"\b(?:every|all|other|another|each) (?:the |of the |of our |your )?(?:users?|members?|people"
            r"|person|customers?)(?:'s?"
            rf"|s')?\b(?! (?:say|think|recommend|advise|suggest|do|keep|post|deal|handle|use|manage)).*\b{_PRIVATE}\b"
            rf"|^(?!.*\b(?:hide|keep|conceal|protect)\b.*\bmy\b).*(?<!my )(?<!our ){_PRIVATE} (?:of|for|from|between)"
            r" (?:two |the )?(?:every|all|other|another|each|everyone|everybody|someone|somebody)\b"
            r"|\b(?:read|show|open)\b.*\b(?!my\b)\w+'s (?:private |direct )?(?:messages|inbox|expenses|budget"
            r"|bank|email)"
            r"|\bother (?:members?|users?|people) (?:spen[dt]|earn|make|owe)\b"
            rf"|\b(?:everybody|everyone|anybody|anyone|someone|somebody|people)(?: else)?'s {_PRIVATE}\b"
            r"|\bother people's (?!posts|photos|tips|advice|experience|opinion|comments)"
            rf"|\b(?:what|how much|when|where)(?: (?:did|does|has|have))? {_NAMED} (?:\w+ )?(?:spen[dt]|earn\w*)\b"
            rf"|\b{_NAMED}'s (?:e-?mail|home address|phone number|password|bank\w*|budget|expenses|spending"
            rf"|income|account"
            r"|private messages|inbox|credit card)"
            rf"|\b(?:read|see|show me|know|tell me|look at)\b[\w ]{{0,12}} what {_NAMED} (?:\w+ ){{0,2}}(?:writ"
            r"|wrote|sa(?:y|id)|messag"
            r"|text|sen[dt])\w*(?: \w+)? to (?!me\b|us\b)"
            r"|\b(?:address|phone(?: number)?|e-?mail|whereabouts) of (?:the )?(?:user|member|@\w)"
            r"|\b(?:give|send|tell|show|get) me (?!my\b|your\b|the\b|our\b|this\b)\w+s (?:e-?mail address|home address"
            r"|phone number)"
            r"|\b(?:log|sign) (?:me )?in as (?!me\b)|\bwithout (?:(?:her|his|their) know|(?:asking|telling) (?:him"
            r"|her|them)\b)|\bwhere does \w+ live"
            r"|\b(?:stalk|spy on|hack)\b"
            r"|\btrack (?:my (?:ex|wife|husband|girlfriend|boyfriend|daughter|son)|him|her|somebody|someone)\b"
        ),
        _OTHERS,
    ),
    Refusal(
        _words(
            r"\b(?:build|make|buy|cook|assemble|get) (?:me )?(?:a |an |some )?(?:\w+ )?(?:bombs?|explosives"
            r"|meth|heroin|cocaine"
            r"|grenades?|molotov\w*|ghost gun)\b|\b(?:build|make) (?:a |an )?weapon\b"
            r"|\b(?:kill|murder|poison|stab|beat up|run over) (?:him|her|them|someone|somebody|my (?:wife"
            r"|husband|neighbou?r|boss|ex"
            r"|brother|sister|mother|father)|people)\b|\bset (?:fire to|\w+ on fire)\b(?! ?(?:ring|pit))"
            r"|\bhow (?:do i|can i|to|would i) (?:steal|break into|rob|smuggle|launder|hot-?wire)\b"
        ),
        _HARM,
    ),
)


def refusal_of(text: str) -> str | None:
    """Return the sentence that refuses a request, or answers despair; None where nothing is wrong with it."""
    return next((refusal.answer for refusal in REFUSALS if refusal.words.search(text)), None)
