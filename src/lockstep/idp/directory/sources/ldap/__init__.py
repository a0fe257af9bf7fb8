"""People and groups out of an LDAP server: OpenLDAP and its relatives, or Active Directory."""
