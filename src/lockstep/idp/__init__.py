"""The identity provider: people, roles, apps, and the engine that provisions them."""
