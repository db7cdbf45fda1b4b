"""Participation: questions and polls while an event is held, live."""
