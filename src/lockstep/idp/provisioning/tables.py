"""The tables of the engine.

`user_links`, `group_links` and `link_members` are what is remembered of a target; `plans` and `changes` what is to be done,
and what became of it; `decisions` what people said about single changes; `troubles` what failed and when it is tried again;
`jobs` what a worker is asked to do; `drift_checks`, `drift_differences` and `drift_taken` what was found changed at the target,
and what people said about it.
"""

import sqlalchemy as sa

from lockstep.idp.schema import metadata
from lockstep.kit.sql import KeyText

_Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")

targets = sa.Table(
    "targets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), nullable=False),
    sa.Column("scim_url", sa.Text, nullable=False),
    # Everything up to this event is in the last plan for everybody, as open changes or because it was equal; by which version
    # of the engine that was decided.  0 and "" where everything has to be looked at again.
    sa.Column("planned_seq", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("planned_by", sa.Text, nullable=False, server_default=""),
    # The day of that plan, by which rules asked about days since a login.
    sa.Column("planned_day", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("app_id", "scim_url", name="targets_url"),
)
user_links = sa.Table(
    "user_links",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), nullable=False),
    sa.Column("key", KeyText, nullable=False),
    sa.Column("target_id", KeyText, nullable=False),
    sa.Column("made", sa.Integer, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("user_name_key", KeyText, nullable=False),
    sa.Column("email_key", KeyText, nullable=False),
    sa.Column("manager_key", KeyText, nullable=False),
    sa.Column("left_at", sa.BigInteger, nullable=False),
    sa.Column("missing", sa.Integer, nullable=False),
    sa.UniqueConstraint("target", "key", name="user_links_key"),
    sa.UniqueConstraint("target", "target_id", name="user_links_target_id"),
    sa.Index("user_links_user_name", "target", "user_name_key"),
    sa.Index("user_links_email", "target", "email_key"),
    sa.Index("user_links_manager", "target", "manager_key"),
    sa.Index("user_links_missing", "target", "missing"),
    sa.Index("user_links_left", "target", "left_at"),
)
group_links = sa.Table(
    "group_links",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), nullable=False),
    sa.Column("key", KeyText, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("target_id", KeyText, nullable=False),
    sa.Column("made", sa.Integer, nullable=False),
    sa.Column("feeders", sa.Text, nullable=False),
    sa.Column("missing", sa.Integer, nullable=False),
    # When a request about it last went through (ms).
    sa.Column("pushed_at", sa.BigInteger, nullable=False, server_default="0"),
    sa.UniqueConstraint("target", "key", name="group_links_key"),
    sa.UniqueConstraint("target", "target_id", name="group_links_target_id"),
    sa.Index("group_links_missing", "target", "missing", "key"),
)
link_members = sa.Table(
    "link_members",
    metadata,
    sa.Column("link_id", _Id, sa.ForeignKey("group_links.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("member_id", KeyText, primary_key=True),
    # The person's employee_id, "" for somebody at the target whom we do not know.
    sa.Column("key", KeyText, nullable=False),
    # 0 for a membership that was there when the group was adopted: it is not ours to take away with the group.
    sa.Column("added", sa.Integer, nullable=False),
    sa.Index("link_members_member", "member_id"),
)
plans = sa.Table(
    "plans",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), nullable=False, index=True),
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    # "" for everybody, else the one user it is about.
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("floor", sa.Integer, nullable=False),
    sa.Column("held", sa.Text, nullable=False),
    # 1 while a run works on it: then it stays, whoever else makes a plan meanwhile.
    sa.Column("in_use", sa.Integer, nullable=False),
    # 1 for a plan that a person asked for: what they say is about the last one of these.
    sa.Column("shown", sa.Integer, nullable=False),
    sqlite_autoincrement=True,
)
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("plan_id", _Id, sa.ForeignKey("plans.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("stage", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("key", KeyText, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("link_id", _Id, nullable=False),
    sa.Column("target_id", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("limited", sa.Text, nullable=False),
    sa.Column("weight", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("needs", KeyText, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Index("changes_by_state", "plan_id", "state", "stage", "position"),
    sa.Index("changes_by_key", "plan_id", "object", "key"),
)
decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    # approved, rejected, released, discarded
    sa.Column("decision", sa.Text, primary_key=True),
    # A change's digest, or one membership removal (`approval.removal_item`).
    sa.Column("item", KeyText, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)
troubles = sa.Table(
    "troubles",
    metadata,
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),
    sa.Column("key", KeyText, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", sa.BigInteger, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    # When it failed first, without having changed or worked since.
    sa.Column("first_at", sa.BigInteger, nullable=False, server_default="0"),
    # Of the target's last answer: 0 and "" where there was none.
    sa.Column("status", sa.Integer, nullable=False, server_default="0"),
    sa.Column("scim_type", sa.Text, nullable=False, server_default=""),
    # `failures.Cause.id`, "" for what failed before causes were kept.
    sa.Column("cause", KeyText, nullable=False, server_default=""),
    # What was tried (`retries.subject`): another digest is another thing, and starts anew.
    sa.Column("digest", sa.Text, nullable=False, server_default=""),
    # The plan in which it failed last: a group's members may go in several requests of one plan.
    sa.Column("plan", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("troubles_by_cause", "target", "cause", "object", "key", "kind"),
    sa.Index("troubles_by_time", "target", "next_at"),
)
# A create whose outcome is not known: what it made, if it did, is found before anything is planned again.
unsettled = sa.Table(
    "unsettled",
    metadata,
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), primary_key=True),
    sa.Column("object", sa.Text, primary_key=True),
    sa.Column("key", KeyText, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
# What no event tells of, and the next plan has to look at all the same: what a request or a check has taught about the target.
touched = sa.Table(
    "touched",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("key", KeyText, nullable=False),
    sa.Index("touched_target", "target", "id"),
    sqlite_autoincrement=True,
)
watermarks = sa.Table(
    "watermarks",
    metadata,
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), primary_key=True),
    # Everything up to this event has been compared with the target.
    sa.Column("seq", sa.BigInteger, nullable=False),
    # When the target was last read and compared by the app's schedule (ms).
    sa.Column("checked_at", sa.BigInteger, nullable=False),
)
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("app_id", sa.Integer, sa.ForeignKey("apps.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("arguments", sa.Text, nullable=False),
    # queued, running, done, failed
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("created_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger, nullable=False),
    sa.Index("jobs_by_state", "state", "id"),
    sqlite_autoincrement=True,
)
# The last time a target was read and compared.
drift_checks = sa.Table(
    "drift_checks",
    metadata,
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), primary_key=True, autoincrement=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("requests", sa.Integer, nullable=False),
    sa.Column("floor", sa.Integer, nullable=False),
    # Users at the target who are nobody of ours.
    sa.Column("unmatched", sa.Integer, nullable=False),
)
drift_differences = sa.Table(
    "drift_differences",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), nullable=False),
    sa.Column("object", KeyText, nullable=False),
    sa.Column("kind", KeyText, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("link_id", _Id, nullable=False),
    sa.Column("key", KeyText, nullable=False),
    sa.Column("target_id", sa.Text, nullable=False),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("member_key", sa.Text, nullable=False),
    sa.Column("made", sa.Integer, nullable=False),
    # JSON: what was left there, and what is there (`drift.Difference`).
    sa.Column("here", sa.Text, nullable=False),
    sa.Column("there", sa.Text, nullable=False),
    sa.Column("digest", KeyText, nullable=False),
    sa.Column("first_seen", sa.BigInteger, nullable=False),
    sa.Column("last_seen", sa.BigInteger, nullable=False),
    # "" (nobody has decided), put-back, take-over, ignore
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("decided_at", sa.BigInteger, nullable=False),
    # "" for the app's settings.
    sa.Column("decided_by", sa.Text, nullable=False),
    # 0 while it is there.
    sa.Column("settled_at", sa.BigInteger, nullable=False),
    sa.Index("drift_differences_open", "target", "settled_at", "object", "kind", "id"),
    sa.Index("drift_differences_digest", "target", "digest"),
    sqlite_autoincrement=True,
)
# What stands at the target although we would have it otherwise (`drift.TakenOver`).
drift_taken = sa.Table(
    "drift_taken",
    metadata,
    sa.Column("id", _Id, primary_key=True),
    sa.Column("target", sa.Integer, sa.ForeignKey("targets.id"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("object", sa.Text, nullable=False),
    sa.Column("key", KeyText, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    # Of a group's name and of memberships; they end with what is remembered of the group.
    sa.Column("link_id", _Id, sa.ForeignKey("group_links.id", ondelete="CASCADE"), index=True),
    sa.Column("attribute", sa.Text, nullable=False),
    sa.Column("ours", sa.Text, nullable=False),
    sa.Column("theirs", sa.Text, nullable=False),
    sa.Column("digest", KeyText, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("taken_by", sa.Text, nullable=False),
    sa.Index("drift_taken_key", "target", "key"),
    sa.Index("drift_taken_digest", "target", "digest"),
    sqlite_autoincrement=True,
)
