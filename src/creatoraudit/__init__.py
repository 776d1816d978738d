"""Tracks Instagram and TikTok creators and serves their analytics as GraphQL and as the v2 REST API."""

__version__ = "0.1.0"
