"""[[ names.route | replace("-", " ") | capitalize ]]"""

import sqlalchemy as sa
from alembic import op
[% if "json" in types %]
from sqlalchemy.dialects import postgresql
[% endif %]

revision = "[[ revision ]]"
down_revision = "[[ down_revision ]]"


def upgrade() -> None:
    op.create_table(
        "[[ names.plural ]]",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
[% for field in fields %]
        sa.Column("[[ field.name ]]", [[ field.migration ]], nullable=[[ field.nullable ]]),
[% endfor %]
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
[% for field in fields if field.constraint %]
        sa.CheckConstraint(sa.column("[[ field.name ]]").in_(["[[ field.constraint | join('", "') ]]"]), name=op.f("ck_[[ names.plural ]]_[[ field.name ]]")),
[% endfor %]
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_[[ names.plural ]]_owner_id_users"), ondelete="CASCADE"),
[% for field in references %]
        sa.ForeignKeyConstraint(["[[ field.name ]]"], ["[[ field.target.table ]].id"], name=op.f("fk_[[ names.plural ]]_[[ field.name ]]_[[ field.target.table ]]"), ondelete="[[ field.on_delete ]]"),
[% endfor %]
        sa.PrimaryKeyConstraint("id", name=op.f("pk_[[ names.plural ]]")),
    )
    op.create_index(op.f("ix_[[ names.plural ]]_owner_id"), "[[ names.plural ]]", ["owner_id"])
[% for field in references %]
    op.create_index(op.f("ix_[[ names.plural ]]_[[ field.name ]]"), "[[ names.plural ]]", ["[[ field.name ]]"])
[% endfor %]


def downgrade() -> None:
[% for field in references | reverse %]
    op.drop_index(op.f("ix_[[ names.plural ]]_[[ field.name ]]"), "[[ names.plural ]]")
[% endfor %]
    op.drop_index(op.f("ix_[[ names.plural ]]_owner_id"), "[[ names.plural ]]")
    op.drop_table("[[ names.plural ]]")
