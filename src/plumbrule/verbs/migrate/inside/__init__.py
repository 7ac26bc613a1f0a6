"""What runs in the project's own interpreter: it imports Alembic and SQLAlchemy, and nothing of ours."""
