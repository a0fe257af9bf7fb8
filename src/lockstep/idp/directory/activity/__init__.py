"""What people did and what became of them at the door: kept apart from the person, because no app has to hear of it."""
