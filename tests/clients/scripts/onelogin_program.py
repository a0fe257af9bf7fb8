"""A program that uses OneLogin's own client, unchanged: people, roles, apps, rules, mappings, events.

It is told a URL and a credential on standard input, and says what it saw as JSON.
"""

import json
import sys
from typing import Any

import onelogin
from onelogin import models
from onelogin.exceptions import ApiException

PEOPLE = 250


class Program:
    """The client with a token; `seen` is what is said at the end."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.asked = asked
        client = onelogin.Configuration(host=asked["url"], username=asked["client_id"], password=asked["client_secret"])
        tokens = onelogin.OAuth2Api(onelogin.ApiClient(client))
        grant = models.GenerateTokenRequest(grant_type="client_credentials")
        self.token, again = tokens.generate_token(grant), tokens.generate_token(grant)
        with_token = onelogin.Configuration(host=asked["url"])
        with_token.access_token = self.token.access_token
        self.client = onelogin.ApiClient(with_token)
        limit = onelogin.OAuth2Api(self.client).get_rate_limit().data
        self.seen: dict[str, Any] = {
            "same_token": again.access_token == self.token.access_token,
            "expires_in": self.token.expires_in,
            "limit": limit.x_rate_limit_limit,
        }

    def users(self) -> None:
        """Make, read, change, list by pages, delete."""
        api = onelogin.UsersV2Api(self.client)
        made = [
            api.create_user2(user=models.User(username=f"p{n:03}@example.com", email=f"p{n:03}@example.com", firstname="P"))
            for n in range(PEOPLE)
        ]
        boss = api.create_user2(mappings="sync", user=models.User(username="boss@example.com", lastname="Boss"))
        changed = api.update_user2(made[0].id, user=models.User(department="Treasury", manager_user_id=str(boss.id)))
        met, cursor, pages = [], None, 0
        while True:
            answer = api.list_users2_with_http_info(limit=100, cursor=cursor)
            met += [one.id for one in answer.data]
            pages, cursor = pages + 1, answer.headers.get("After-Cursor")
            if not cursor:
                break
        api.delete_user2(made[-1].id)
        found = api.list_users2(email="p00*")
        self.seen["users"] = {
            "made": [one.id for one in made] + [boss.id] == met,
            "pages": pages,
            "changed": [changed.department, changed.manager_user_id == str(boss.id), changed.username],
            "read": api.get_user2(made[0].id).to_dict() == changed.to_dict(),
            "filtered": len(found),
            "deleted": self.refused(lambda: api.get_user2(made[-1].id)),
            "taken": self.refused(lambda: api.create_user2(user=models.User(username="boss@example.com"))),
        }
        one = onelogin.UsersV1Api(self.client)
        one.lock_account_user(made[1].id, models.LockAccountUserRequest(locked_until=5))
        one.set_user_state(made[2].id, models.SetUserStateRequest(state=2))
        one.log_out_user(made[3].id, {})
        self.seen["states"] = [api.get_user2(made[1].id).status, api.get_user2(made[2].id).state]
        self.people = [one.id for one in made[:3]]

    def roles(self) -> None:
        """Make, fill, read, rename, delete."""
        api, one = onelogin.RolesApi(self.client), onelogin.UsersV1Api(self.client)
        role = str(api.create_role(models.Role(name="AWS - Readers")).id)
        api.add_role_users(role, self.people)
        api.add_role_admins(role, self.people[:1])
        api.remove_role_users(role, self.people[2:])
        api.update_role(role, models.Role(name="AWS - Auditors"))
        one.add_roles_to_user(self.people[2], models.AddRolesToUserRequest(role_id_array=[int(role)]))
        other = str(api.create_role(models.Role(name="Short-lived")).id)
        api.delete_role(other)
        known = api.get_role(role)
        self.seen["roles"] = {
            "name": known.name,
            "users": sorted(known.users) == self.people,
            "admins": known.admins == self.people[:1],
            "members": [user.id for user in api.get_role_users(role)] == self.people,
            "administrators": [user.id for user in api.get_role_admins(role)] == self.people[:1],
            "listed": [item.name for item in api.list_roles(role_name="AWS*")],
            "by_name": [item.name for item in api.get_role_by_name(name="AWS - Auditors").data],
            "of_user": one.get_user_roles(self.people[0]).data == [int(role)],
            "gone": self.refused(lambda: api.get_role(other)),
        }
        self.role = int(role)

    def apps(self) -> None:
        """Make, read, change; its parameters and its rules."""
        api = onelogin.AppsApi(self.client)
        more = {"configuration": {"scim_base_url": self.asked["scim_url"], "scim_bearer_token": "t", "allow_loopback": True}}
        wanted = models.GenericApp(name="aws", connector_id=130413, role_ids=[self.role], additional_properties=more)
        app = api.create_app(create_app_request=models.CreateAppRequest(wanted)).actual_instance
        tag = "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"
        own = {tag: {"user_attribute_mappings": "cost_center", "include_in_saml_assertion": True}}
        changed = api.update_app(app.id, {"name": "AWS", "parameters": own, "provisioning": {"enabled": True}})
        parameter = changed.parameters.additional_properties[tag]
        api.delete_app_parameter(app.id, str(parameter["id"]))
        left = api.get_app(app.id)
        logins = onelogin.UsersV2Api(self.client).get_user_apps2(self.people[0])
        self.seen["apps"] = {
            "name": left.name,
            "roles": left.role_ids == [self.role],
            "provisioning": left.provisioning.enabled,
            "parameter": [parameter["include_in_saml_assertion"], tag in left.parameters.additional_properties],
            "listed": [one.name for one in api.list_apps()],
            "users": [one.id for one in api.get_app_users(app.id)],
            "logins": [[one.name, one.provisioning_enabled, one.provisioning_state] for one in logins],
            "connectors": 130413 in [one["id"] for one in self.raw(api.list_connectors_with_http_info)],
        }
        self.app = app.id

    def rules(self) -> None:
        """Make, read, change, sort, delete; and what they can be made of."""
        api = onelogin.AppRulesApi(self.client)
        condition = models.Condition(source="has_role", operator="ri", value=str(self.role))
        action = models.ActionObj(action="set_groups", value=["Staff"])
        made = [
            api.create_app_rule(
                self.app, models.AppRule(name=name, match="all", enabled=True, conditions=[condition], actions=[action])
            )
            for name in ("First", "Second")
        ]
        ids = [one.id for one in made]
        changed = api.update_app_rule(self.app, str(ids[0]), models.AppRule(name="Renamed"))
        self.seen["rules"] = {
            "sorted": api.sort_app_rules(self.app, ids[::-1]) == ids[::-1],
            "listed": [one.name for one in api.list_app_rules(self.app)],
            "read": api.get_app_rule(self.app, str(changed.id)).conditions[0].value == str(self.role),
            "conditions": "has_role" in [one.value for one in api.list_conditions(self.app)],
            "operators": [one.value for one in api.list_condition_operators(self.app, "has_role")],
            "actions": "set_groups" in [one.value for one in api.list_actions(self.app)],
            "wrong": self.refused(lambda: api.create_app_rule(self.app, models.AppRule(name="", match="all"))),
        }
        api.delete_rule(self.app, str(ids[0]))
        self.seen["rules"]["left"] = [one.name for one in api.list_app_rules(self.app)]

    def mappings(self) -> None:
        """The same of mappings."""
        api = onelogin.UserMappingsApi(self.client)
        condition = models.Condition(source="department", operator="=", value="Treasury")
        action = models.ActionObj(action="add_role", value=[str(self.role)])
        made = [
            api.create_mapping(
                mapping=models.Mapping(name=name, match="any", enabled=True, conditions=[condition], actions=[action])
            )
            for name in ("First", "Second")
        ]
        ids = [one.id for one in made]
        api.update_mapping(ids[0], body={"name": "Renamed"})
        self.seen["mappings"] = {
            "sorted": api.sort_mappings(ids[::-1]) == ids[::-1],
            "listed": [one.name for one in api.list_mappings()],
            "read": api.get_mapping(ids[0]).name,
            "actions": "add_role" in [one.value for one in api.list_mappings_actions()],
            "values": self.role in [one.value for one in api.list_mapping_action_values("add_role")],
            "roles": self.role in [one.value for one in api.list_mapping_contion_values("has_role")],
            "operators": "=" in [one.value for one in api.list_mapping_conditions_operators("department")],
        }
        api.delete_mapping(ids[1])
        self.seen["mappings"]["left"] = [one.name for one in api.list_mappings()]

    def events(self) -> None:
        """List, follow to the next page, one by its id, the types; groups."""
        api = onelogin.EventsApi(self.client)
        first = api.get_events()
        about = api.get_events(user_id=self.people[0])  # the client cannot write its parameter event_type_id
        chosen = [one for one in about.data if one.event_type_id == 147]
        self.seen["events"] = {
            "count": len(first.data),
            "more": first.pagination.after_cursor is not None,
            "chosen": [[one.role_name, one.actor_system or one.actor_user_name] for one in chosen],
            "one": api.get_event_by_id(first.data[0].id).data.id == first.data[0].id,
            "types": {one.id: one.name for one in api.get_event_types().data}[13],
        }
        self.seen["groups"] = len(onelogin.GroupsApi(self.client).get_groups().data)

    def end(self) -> None:
        """With its token, everything ends."""
        client = onelogin.Configuration(
            host=self.asked["url"], username=self.asked["client_id"], password=self.asked["client_secret"]
        )
        ended = models.RevokeTokensRequest(access_token=self.token.access_token)
        onelogin.OAuth2Api(onelogin.ApiClient(client)).revoke_tokens(revoke_tokens_request=ended)
        self.seen["revoked"] = self.refused(lambda: onelogin.UsersV2Api(self.client).list_users2())

    @staticmethod
    def refused(call: Any) -> Any:
        """(status, what kind of error) of a call that has to fail."""
        try:
            call()
        except ApiException as error:
            body = json.loads(error.body)
            fields = [one["field"] for one in body.get("errors", [])]
            return [error.status, body.get("name") or body["status"]["type"], *fields]
        return None

    @staticmethod
    def raw(call: Any) -> Any:
        """The JSON of an answer whose shape the client has wrong: a list of connectors is no connector."""
        return json.loads(call(_preload_content=False).raw_data)


def main() -> None:
    program = Program(json.load(sys.stdin))
    for part in ("users", "roles", "apps", "rules", "mappings", "events", "end"):
        getattr(program, part)()
    json.dump(program.seen, sys.stdout)


if __name__ == "__main__":
    main()
