[% if database == "sqlite" and "decimal" in types %]
# SQLite has no exact decimals, but its floats keep all digits of these.
DECIMAL = Numeric(12, 2).with_variant(Float(asdecimal=True, decimal_return_scale=2), "sqlite")
[% endif %]
[% if database == "sqlite" and "json" in types %]
JSON_OBJECT = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
[% endif %]
[% if database == "sqlite" and ("decimal" in types or "json" in types) %]


[% endif %]
[% for field in fields if field.constraint %]
class [[ field.stored ]](StrEnum):
[% for value in field.constraint %]
    [[ value | replace("-", "_") | upper ]] = "[[ value ]]"
[% endfor %]


[% endfor %]
class [[ names.model ]](Base):
    __tablename__ = "[[ names.plural ]]"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
[% for field in fields %]
    [[ field.name ]]: Mapped[[[ field.stored ]][% if field.nullable %] | None[% endif %]][[ field.column ]]
[% endfor %]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(default=utc_now, onupdate=utc_now)
