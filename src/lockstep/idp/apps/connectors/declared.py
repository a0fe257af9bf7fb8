"""The declarations of the connectors that there are."""

from lockstep.idp.apps.connectors.records import SAFE_MEMBERS, Connector, Fault

# The keys are those of the SCIM attributes; what each becomes in the document is in `parameters`.
_TEMPLATE = {
    "userName": "user_name",
    "externalId": "employee_id",
    "displayName": "display_name",
    "name.givenName": "given_name",
    "name.familyName": "family_name",
    "name.middleName": "middle_name",
    "name.honorificSuffix": "suffix",
    "nickName": "nickname",
    "title": "title",
    "emails": "email",
    "phoneNumbers": "phone",
    "employeeNumber": "employee_id",
    "department": "department",
    "division": "division",
    "costCenter": "cost_center",
    "manager": "manager_id",
}

_AWS_FAULTS = (
    Fault(
        400,
        "unparsable, syntactically incorrect|violates schema",
        "IAM Identity Center says this of any value that it does not take.",
        "Look for a missing given name, family name, display name or user name, for an e-mail address or phone number that is "
        "none, and for characters that cannot be seen.",
    ),
    Fault(
        400,
        "Replacing .*group memberships",
        "Members cannot be replaced as a whole there.",
        "Lockstep never asks for that: something between it and the target rewrites requests.",
    ),
    Fault(
        400,
        "exceeds allowed limit of 1",
        "It takes one e-mail address, phone number or address of a person.",
        "Give the parameter one value.",
    ),
    Fault(
        409,
        "duplicate|already exists",
        "Another object there has the same userName, e-mail address, externalId or displayName, maybe in another case.",
        "Take it over (`lockstep idp takeover APP`, or adopt=adopt), or rename one of the two.",
    ),
    Fault(
        402,
        "",
        "A quota of IAM Identity Center is used up.",
        "Raise the quota for users or groups in Service Quotas of the AWS account.",
    ),
)

_SCIM_FAULTS = (
    Fault(
        400,
        "invalidPath|noTarget|path .*(unsupported|not supported|unknown)",
        "The target does not know an attribute that is sent.",
        "Send nothing for the parameter that it names: its value is “none”.",
    ),
    Fault(
        400,
        "mutability|read.?only",
        "The target lets nobody change this attribute once the object is made.",
        "Send nothing for the parameter that it names, or change the object at the target.",
    ),
    Fault(
        409,
        "",
        "Another object there has the same name or externalId.",
        "Take it over (`lockstep idp takeover APP`, or adopt=adopt), or rename one of the two.",
    ),
    Fault(
        413,
        "",
        "The request was larger than the target takes.",
        "Test the connection again, so that its limits are read anew.",
    ),
)

AWS = Connector(
    name="aws-iam-identity-center",
    words="AWS IAM Identity Center",
    about="As AWS documents it: at most 100 members in a request, no Bulk, memberships read through filters.",
    template=_TEMPLATE,
    members_per_request=SAFE_MEMBERS,
    page_size=100,
    says_page_size=50,  # filter.maxResults of its ServiceProviderConfig; lists take count up to 100
    token_days=365,
    may_put=False,
    lacks=("password", "ims", "photos", "entitlements", "x509Certificates", "*.display", "phoneNumbers.primary"),
    one_value=("emails", "phoneNumbers", "addresses", "roles"),
    primary=("emails",),
    faults=_AWS_FAULTS,
)
SCIM2 = Connector(
    name="scim2",
    words="SCIM 2.0",
    about="Any SCIM 2.0 service: it is asked what it can do (ServiceProviderConfig), and Lockstep adapts.",
    template=_TEMPLATE,
    members_per_request=1_000,
    page_size=100,
    asks=True,
    loose=True,
    matches=("externalId", "userName", "emails.value"),
    paging="either",
    members_read="shown",
    removes_members="paths",
    faults=_SCIM_FAULTS,
)

MEMORY = Connector(
    name="memory",
    words="Try out",
    about="A target that Lockstep keeps itself: to see what an app, its parameters and its rules would make of everybody.",
    template=_TEMPLATE,
    members_per_request=1_000,
    page_size=1_000,
    bulk_operations=1_000,
    bulk_bytes=8 * 1024 * 1024,
    rate=10_000.0,
    local=True,
)

CONNECTORS: dict[str, Connector] = {one.name: one for one in (AWS, SCIM2, MEMORY)}
