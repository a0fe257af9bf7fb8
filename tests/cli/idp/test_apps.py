"""`lockstep idp app …`: what it prints, how it ends."""

import pytest

from lockstep.idp.apps import store
from lockstep.idp.apps.records import Parameter
from lockstep.idp.apps.settings import UNTOUCHED_GROUPS
from lockstep.idp.storage import open_idp
from tests.cli.idp.command import URL, Idp

CREATE = ("app", "create", "aws", "--connector", "aws-iam-identity-center", "--scim-url", URL)
KEYS = {"name", "connector", "scim_url", "provisioning", "groups", "stopped", "quarantine", "connect_problem"}


def test_create_as_json(idp: Idp) -> None:
    made = idp.done(*CREATE, "--token-file", idp.file("token", "secret\n"), "--json").one
    assert made.keys() >= KEYS
    assert (made["name"], made["connector"], made["scim_url"]) == ("aws", "aws-iam-identity-center", URL)
    assert (made["provisioning"], made["groups"], made["stopped"], made["quarantine"]) == (False, False, False, "")
    assert idp.done("app", "list", "--json").all == [made | {"assigned": []}]


def test_create_for_a_person_says_what_comes_next(idp: Idp) -> None:
    said = idp.done(*CREATE, "--token-file", idp.file("token", "secret"))
    assert said.out.splitlines()[0] == "aws is made. Next: lockstep idp app connect aws"
    assert "lockstep idp app set aws groups=on" in said.out
    assert "secret" not in said.out + said.err


def test_a_target_on_this_machine(idp: Idp) -> None:
    words = ("app", "create", "here", "--connector", "scim2", "--scim-url", "http://127.0.0.1:8090/scim/v2/")
    token = ("--token-file", idp.file("token", "secret"))
    assert idp.problem(*words, *token) == ("--scim-url: the SCIM URL is on this machine: allow that with --allow-loopback")
    assert idp.done(*words, *token, "--allow-loopback", "--json").one["scim_url"] == "http://127.0.0.1:8090/scim/v2"


@pytest.mark.parametrize(("content", "words"), [(None, "No such file"), (b"\xff", "is not text"), (b"\n", "is empty")])
def test_a_token_file_that_cannot_be_used(idp: Idp, content: bytes | None, words: str) -> None:
    path = idp.folder / "token"
    if content is not None:
        path.write_bytes(content)
    assert words in idp.problem(*CREATE, "--token-file", str(path))
    assert idp.done("app", "list", "--json").all == []


def test_create_wants_all_its_options(idp: Idp) -> None:
    assert "--token-file" in idp.usage(*CREATE)
    assert "--connector" in idp.usage("app", "create", "aws", "--scim-url", URL, "--token-file", "x")


def test_list_for_a_person(idp: Idp) -> None:
    assert idp.done("app", "list").out == ""
    idp.make_app()
    idp.make_app("provisioning=off", "groups=off", name="off")
    idp.make_app(name="still")
    idp.done("app", "stop", "still")
    assert idp.done("app", "list").out.splitlines() == [
        f"aws\t{URL}\tprovisioning on, groups on\tassigned to everyone",
        f"off\t{URL}\tprovisioning off, groups off\tassigned to everyone",
        f"still\t{URL}\tprovisioning stopped, groups on\tassigned to everyone",
    ]


def test_assign(idp: Idp) -> None:
    idp.make_app()
    idp.become(["A"], {"Team": ["A"]})
    assert idp.done("app", "assign", "aws", "--everyone").out == "aws is assigned to everyone.\n"
    assert idp.done("app", "assign", "aws", "--role", "Team").out.splitlines() == [
        "aws is assigned to the role Team.",
        "In all, who has it: everyone, role Team (G-Team).",
    ]
    assert idp.problem("app", "assign", "aws", "--role", "Crew") == "no role is called Crew"
    assert idp.problem("app", "assign", "okta", "--everyone") == "no app is called okta; there are: aws"
    assert "use either --everyone or --role" in idp.usage("app", "assign", "aws")
    assert "use either --everyone or --role" in idp.usage("app", "assign", "aws", "--everyone", "--role", "Team")


def test_set_says_what_it_means(idp: Idp) -> None:
    idp.make_app("groups=off")
    said = idp.done("app", "set", "aws", "provisioning=on").out
    assert said.startswith("Note: groups are not sent (groups=off). To include them: lockstep idp app set aws groups=on\n")
    assert said.endswith("aws: provisioning=on\n")
    idp.done("app", "set", "aws", "groups=on")
    assert "what is at the target stays as it is" in idp.done("app", "set", "aws", "groups=off").out
    assert "Provisioning is off: what is at the target stays" in idp.done("app", "set", "aws", "provisioning=off").out


def test_set_refuses_what_it_does_not_know_and_changes_nothing(idp: Idp) -> None:
    idp.make_app()
    assert idp.problem("app", "set", "aws", "groups=off", "leavers=fire").startswith("leavers=fire: use one of delete")
    assert idp.problem("app", "set", "aws", "nonsense=1").startswith("nonsense: no such setting; there are provisioning,")
    assert idp.done("app", "list", "--json").one["groups"] is True
    assert "SETTINGS" in idp.usage("app", "set", "aws").upper() or "KEY=VALUE" in idp.usage("app", "set", "aws")


def test_every_setting_of_the_contract_is_taken(idp: Idp) -> None:
    idp.make_app()
    limits = [f"limit-{kind}" for kind in ("deletions", "user-deletions", "switch-offs", "group-deletions", "removals")]
    switches = ("provisioning", "approve-create", "approve-update", "approve-delete", "groups")
    given = [f"{key}=on" for key in switches] + [f"{key}=5" for key in limits] + [f"{key}-share=0.1" for key in limits]
    given += ["leavers=nothing", "grace-days=30", "suspended=nothing", "rate=20", "adopt=ignore", "schedule=0 3 * * *"]
    idp.done("app", "set", "aws", *given, f"protect={','.join(UNTOUCHED_GROUPS)}")


def test_a_parameter(idp: Idp) -> None:
    idp.make_app()
    assert idp.done("app", "parameter", "aws", "title", "--attribute", "department").out == "aws: title comes from department\n"
    idp.done("app", "parameter", "aws", "displayName", "--macro", "{lastname}, {firstname}")
    idp.done("app", "parameter", "aws", "nickName", "--none")
    idp.become(["A"])
    idp.done("sync", "aws")
    assert idp.target.people()["A"]["displayName"] == "F, A"
    assert idp.problem("app", "parameter", "aws", "rank", "--none").startswith("rank: no such parameter; there are userName")
    assert idp.problem("app", "parameter", "aws", "title", "--attribute", "rank").startswith("rank: no such user attribute")
    for words in ((), ("--none", "--macro", "x"), ("--attribute", "title", "--macro", "x")):
        assert "use one of --attribute, --macro and --none" in idp.usage("app", "parameter", "aws", "title", *words)


def test_stop_and_start(idp: Idp) -> None:
    idp.make_app()
    idp.make_app(name="okta")
    assert idp.done("app", "stop", "aws").out == "aws is stopped.\n"
    assert "lockstep idp app start aws" in idp.problem("sync", "aws")
    assert idp.done("app", "start", "aws").out == "aws runs.\n"
    idp.done("sync", "aws")
    assert idp.done("app", "stop", "--all").out.splitlines() == ["aws is stopped.", "okta is stopped."]
    assert [one["stopped"] for one in idp.done("app", "list", "--json").all] == [True, True]
    idp.done("app", "start", "--all")
    assert [one["stopped"] for one in idp.done("app", "list", "--json").all] == [False, False]


@pytest.mark.parametrize("command", ["stop", "start"])
def test_stop_and_start_want_a_name_or_all(idp: Idp, command: str) -> None:
    idp.make_app()
    assert "use either NAME or --all" in idp.usage("app", command)
    assert "use either NAME or --all" in idp.usage("app", command, "aws", "--all")
    assert idp.problem("app", command, "okta") == "no app is called okta; there are: aws"


def own_parameters(idp: Idp) -> list[Parameter]:
    database = open_idp(idp.data, None)
    try:
        with database.read() as c:
            return store.parameters(c, 1)
    finally:
        database.close()


def test_all_of_a_parameter(idp: Idp) -> None:
    idp.make_app()
    words = ("app", "parameter", "aws", "teams")
    assert "--attribute or --macro" in idp.usage(*words, "--label", "Teams")
    assert "no such parameter" in idp.problem(*words, "--attribute", "title")
    idp.done(*words, "--attribute", "custom_attribute_teams", "--include-in-user-provisioning", "--transform", "comma")
    idp.done(*words, "--default", "a", "--default", "b", "--value", "x", "--label", "Teams", "--send-if-blank")
    assert "choose one of none, semicolon" in idp.problem(*words, "--transform", "amazon_roles")
    [found] = own_parameters(idp)
    assert found == Parameter(
        *("teams", "custom_attribute_teams", False),
        label="Teams",
        transform="comma",
        values="x",
        default_values=("a", "b"),
        skip_if_blank=False,
        in_provisioning=True,
    )
    idp.done(*words, "--default", "", "--value", "", "--skip-if-blank")
    [found] = own_parameters(idp)
    assert (found.values, found.default_values) == (None, None)
