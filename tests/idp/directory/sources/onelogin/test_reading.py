"""Whoever follows the changes knows what whoever reads everything knows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lockstep.idp.directory.sources.onelogin.reader import OneLoginReader
from lockstep.idp.directory.sources.onelogin.records import Key, OneLoginSettings
from tests.idp.directory.sources.following import Follower
from tests.support.fake_onelogin import CLIENT_ID, SECRET, FakeOneLogin, served

users, roles = st.integers(102, 106), st.integers(1, 3)
edits = st.lists(
    st.one_of(
        st.tuples(st.just("user"), users, st.integers(0, 1)),
        st.tuples(st.just("delete"), users, st.just(0)),
        st.tuples(st.just("join"), users, roles),
        st.tuples(st.just("leave"), users, roles),
        st.tuples(st.just("role"), roles, st.integers(0, 1)),
        st.tuples(st.just("unrole"), roles, st.just(0)),
        st.tuples(st.just("noise"), users, st.just(0)),
        st.tuples(st.just("read"), st.just(0), st.just(0)),
    ),
    max_size=14,
)


def edit(account: FakeOneLogin, what: str, one: int, other: int) -> None:
    row = account.users.get(one)
    if what == "user":
        account.user(one, title=["Chief", "Clerk"][other], external_id=f"E{one}")
    elif what == "role":
        account.roles[one] = ["A", "B"][other]
    elif what == "unrole":
        account.roles.pop(one, None)
    elif what == "noise":
        account.event(8, user_id=one)
    elif row is not None and what == "delete":
        account.delete(one)
    elif row is not None and other in account.roles:
        row["role_ids"] = sorted({*row["role_ids"], other} if what == "join" else {*row["role_ids"]} - {other})
        account.event(147 if what == "join" else 148, user_id=one, role_id=other)


@settings(max_examples=40)
@given(edits, st.sampled_from(["id", "external_id"]), st.booleans())
def test_changes_come_to_the_same_as_everything(done: list[tuple[str, int, int]], key: Key, gives_roles: bool) -> None:
    account = FakeOneLogin(gives_roles=gives_roles)
    account.user(101, external_id="E101")
    with served(account):
        reader = OneLoginReader(OneLoginSettings(url=account.url, client_id=CLIENT_ID, allow_loopback=True, key=key), SECRET)
        follower = Follower()
        follower.read(reader)
        for what, one, other in [*done, ("read", 0, 0)]:
            if what == "read":
                assert not follower.read(reader).complete
                everything = Follower()
                everything.read(reader)
                assert follower.knows() == everything.knows()
            else:
                edit(account, what, one, other)
