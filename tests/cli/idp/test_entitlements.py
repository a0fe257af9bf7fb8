"""`lockstep idp app entitlements`."""

from tests.cli.idp.command import Idp


def test_read_listed_and_as_json(idp: Idp) -> None:
    idp.make_app()
    idp.become(["E1"], {"Team": ["E1"], "AWSControlTowerX": []})
    assert "Not read yet" in idp.done("app", "entitlements", "aws").out
    idp.done("sync", "aws")
    idp.target.groups["t-x"] = {"id": "t-x", "displayName": "AWSAudit", "members": []}
    rows = idp.done("app", "entitlements", "aws", "--refresh", "--json").all
    assert [(row["name"], row["kind"], row["members"], row["protected"]) for row in rows] == [
        ("AWSAudit", "foreign", None, True),
        ("Team", "ours", 1, False),
    ]
    del idp.target.groups[rows[1]["id_at_target"]]
    said = idp.done("app", "entitlements", "aws", "--refresh").out.splitlines()
    assert said[0].split() == ["foreign", "–", "AWSAudit", "(protected)"]
    assert said[1].split() == ["missing", "1", "Team"]
    assert said[2].endswith("in 1 request: 1 foreign, 1 missing.")
