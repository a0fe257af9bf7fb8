"""Pages for people: what both services' web sites need and neither owns.  `site.build_site` puts it together."""
