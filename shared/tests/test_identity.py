"""Tokens: who is believed, and who is not."""

import base64
import json
import time
from uuid import uuid4

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pam_shared.contracts.identity import Role
from pam_shared.errors import NotAuthenticatedError
from pam_shared.identity import ACCESS, CALL, ISSUER, Signer, Verifier

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def verifier(keys):
    return Verifier(keys.public)


@pytest.fixture(scope="module")
def forge(keys):
    """Sign claims with the right key, whatever they say."""
    key = Signer(keys.private)._key

    def forge(**changes):
        claims = {
            "iss": ISSUER,
            "aud": CALL,
            "sub": str(uuid4()),
            "sid": str(uuid4()),
            "roles": ["member"],
            "exp": int(time.time()) + 60,
        } | changes
        return jwt.encode({k: v for k, v in claims.items() if v is not None}, key, algorithm="EdDSA")

    return forge


def refusal(verifier, token, audience=CALL):
    with pytest.raises(NotAuthenticatedError) as refused:
        verifier.verify(token, audience)
    return refused.value.problem.code


@pytest.mark.parametrize("audience", [ACCESS, CALL])
@pytest.mark.parametrize("roles", [{Role.MEMBER}, {Role.MEMBER, Role.ADMIN}, set()])
@pytest.mark.parametrize("turn", [None, uuid4()])
def test_what_was_signed_is_what_is_verified(verifier, new_person, audience, roles, turn):
    """R-S1: user, session, roles, expiry and turn come out as they went in."""
    identity = new_person(roles=frozenset(roles)).identity(turn)
    token = new_person().signer.sign(identity, audience)
    assert verifier.verify(token, audience) == identity
    assert verifier.verify(token, audience).is_admin == (Role.ADMIN in roles)


@pytest.mark.parametrize(("signed_for", "shown_to"), [(ACCESS, CALL), (CALL, ACCESS), ("other", CALL)])
def test_a_token_opens_only_the_door_it_was_made_for(verifier, person, signed_for, shown_to):
    """R-S4: a client's token calls no tool; a call's token opens no socket."""
    token = person.token(audience=signed_for)
    assert refusal(verifier, token, shown_to) == "token_invalid"


def test_no_token_is_told_apart_from_a_bad_one(verifier):
    """R-S1: the client knows whether to sign in or to look for its token."""
    assert refusal(verifier, "") == "token_missing"


def test_an_expired_token_is_refused(verifier, person):
    """R-S1: tokens are short-lived."""
    assert refusal(verifier, person.token(lives=-1)) == "token_expired"


def test_a_token_expires_though_it_was_verified_before(verifier, person, monkeypatch):
    """R-S1: what is remembered of a token does not outlive it."""
    token = person.token(lives=30)
    verifier.verify(token, CALL)
    later = time.time() + 31
    monkeypatch.setattr(time, "time", lambda: later)
    assert refusal(verifier, token) == "token_expired"


def test_a_revoked_session_is_refused_at_once(keys, new_person):
    """R-S1: also a token that was good a moment ago; other sessions go on."""
    revoked = set()
    verifier = Verifier(keys.public, revoked)
    ann, ben = new_person(), new_person()
    token = ann.token()
    verifier.verify(token, CALL)
    revoked.add(ann.session)
    assert refusal(verifier, token) == refusal(verifier, ann.token(turn=uuid4())) == "token_revoked"
    assert verifier.verify(ben.token(), CALL).user == ben.user


def test_a_token_of_another_key_is_refused(make_keys, person):
    """R-S1: only the gateway's key speaks for members."""
    assert refusal(Verifier(make_keys().public), person.token()) == "token_invalid"


def _part(claims):
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("change", [{"sub": str(uuid4())}, {"roles": ["admin"]}, {"exp": 9999999999}, {"aud": ACCESS}])
def test_a_changed_claim_breaks_the_signature(verifier, person, change):
    """G6: nobody becomes somebody else by editing a token."""
    head, body, signature = person.token().split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    token = f"{head}.{_part(claims | change)}.{signature}"
    assert refusal(verifier, token, change.get("aud", CALL)) == "token_invalid"


def test_a_token_without_signature_is_refused(verifier, person):
    """G6: "none" is no algorithm."""
    _, body, _ = person.token().split(".")
    for algorithm in ("none", "None", "NONE", "HS256"):
        head = _part({"alg": algorithm, "typ": "JWT"})
        assert refusal(verifier, f"{head}.{body}.") == "token_invalid"


def test_the_public_key_is_not_a_shared_secret(verifier, keys, person):
    """G6: a token signed with the public key as an HMAC secret is forged."""
    import hashlib
    import hmac

    _, body, _ = person.token().split(".")
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{body}"
    digest = hmac.new(keys.public.encode(), signed.encode(), hashlib.sha256).digest()
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert refusal(verifier, f"{signed}.{signature}") == "token_invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": None},
        {"sub": None},
        {"sub": "ann"},
        {"sid": None},
        {"sid": "1"},
        {"exp": None},
        {"exp": "soon"},
        {"roles": ["king"]},
        {"roles": "member"},
        {"turn": "now"},
    ],
)
def test_a_token_that_lacks_a_claim_is_refused_though_it_is_signed(verifier, forge, change):
    """R-S1: what we do not understand we do not believe."""
    assert verifier.verify(forge(), CALL)
    assert refusal(verifier, forge(**change)) == "token_invalid"


@given(token=st.one_of(st.text(min_size=1), st.from_regex(r"[\w-]{0,20}\.[\w-]{0,40}\.[\w-]{0,20}", fullmatch=True)))
def test_whatever_is_sent_as_a_token_gets_an_answer(verifier, token):
    """R-O1: a bad token is an expected outcome, never an error of ours."""
    assert refusal(verifier, token) == "token_invalid"


@pytest.mark.parametrize("pem", ["", "secret", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_key_is_refused_at_the_start(pem):
    """R-Q1: a wrong setting is found before the first token."""
    with pytest.raises(ValueError, match=r".+"):
        Verifier(pem)
    with pytest.raises(ValueError, match=r".+"):
        Signer(pem)


def test_the_private_key_is_no_public_key(keys):
    """R-S9: whoever verifies is not given what signs."""
    with pytest.raises(ValueError, match=r".+"):
        Verifier(keys.private)


def test_a_key_of_another_kind_is_refused_at_the_start():
    """R-Q1: an RSA key would refuse every member one by one, without saying why."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

    public = generate_private_key(65537, 2048).public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(ValueError, match=r".+"):
        Verifier(pem)
