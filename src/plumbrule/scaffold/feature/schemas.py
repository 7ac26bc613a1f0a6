[% if "datetime" in types %]
# Times that keep within these can be moved to any time zone.
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

[% if "json" in types %]

[% endif %]
[% endif %]
[% if "json" in types %]
def storable(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """JSON can spell what no database stores: U+0000, and half a pair of surrogates."""
    if re.search(r"(?<!\\)(\\\\)*\\u0000|[\ud800-\udfff]", json.dumps(value, ensure_ascii=False)):
        raise ValueError("U+0000 and lone surrogates cannot be stored")
    return value


[% endif %]
[% for field in fields if field.bounded %]
[[ field.request ]] = [[ field.bounded ]]
[% endfor %]
[% if fields | selectattr("bounded") | list %]


[% endif %]
class [[ names.model ]]Create(BaseModel):
[% if "json" in types %]
    model_config = ConfigDict(allow_inf_nan=False)

[% endif %]
[% for field in fields %]
    [[ field.name ]]: [[ field.request ]][% if field.nullable %] | None = None[% endif %]

[% endfor %]


class [[ names.model ]]Update(BaseModel):
    """Fields that are left out stay as they are; null is refused where the column needs a value."""

    model_config = ConfigDict(extra="forbid"[% if "json" in types %], allow_inf_nan=False[% endif %])

[% for field in fields %]
    [[ field.name ]]: [[ field.request ]] | MISSING[% if field.nullable %] | None[% endif %] = MISSING
[% endfor %]


class [[ names.model ]]Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
[% for field in fields %]
    [[ field.name ]]: [[ field.response ]][% if field.nullable %] | None[% endif %]

[% endfor %]
    created_at: datetime
    updated_at: datetime
