"""Events: registrations, the mails about them, and the way into the conference; personal data go on time."""
