class [[ names.model ]]NotFound(NotFound):
    detail = "There is no such [[ names.words ]]."


[% if references %]
class UnknownReference(ServiceError):
    """Not a 404: what the URL names is there, what the body names is not."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


[% endif %]
class [[ names.model ]]Service:
    """The [[ names.route | replace("-", " ") ]] of one user: every query has the owner in its WHERE clause."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def create(self, new: [[ names.model ]]Create) -> [[ names.model ]]:
[% if references %]
        values = new.model_dump()
        await self.check_references(values)
        [[ names.singular ]] = [[ names.model ]](owner_id=self.owner_id, **values)
[% else %]
        [[ names.singular ]] = [[ names.model ]](owner_id=self.owner_id, **new.model_dump())
[% endif %]
        self.session.add([[ names.singular ]])
        await self.session.flush()
        return [[ names.singular ]]

    async def list(self, page: PageRequest) -> Page[[[ names.model ]]]:
        query = select([[ names.model ]]).where([[ names.model ]].owner_id == self.owner_id)
        return await paginate(self.session, query.order_by([[ names.model ]].created_at.desc(), [[ names.model ]].id), page)

    async def get(self, [[ names.singular ]]_id: UUID) -> [[ names.model ]]:
        """Somebody else's is not found rather than forbidden: nobody learns that it exists."""
        [[ names.singular ]] = await self.session.scalar(select([[ names.model ]]).where([[ names.model ]].id == [[ names.singular ]]_id, [[ names.model ]].owner_id == self.owner_id))
        if [[ names.singular ]] is None:
            raise [[ names.model ]]NotFound
        return [[ names.singular ]]

    async def update(self, [[ names.singular ]]_id: UUID, changes: [[ names.model ]]Update) -> [[ names.model ]]:
        [[ names.singular ]] = await self.get([[ names.singular ]]_id)
[% if references %]
        values = changes.model_dump()
        await self.check_references(values)
        for name, value in values.items():
[% else %]
        for name, value in changes.model_dump().items():
[% endif %]
            setattr([[ names.singular ]], name, value)
        await self.session.flush()
        return [[ names.singular ]]

    async def delete(self, [[ names.singular ]]_id: UUID) -> None:
        await self.session.delete(await self.get([[ names.singular ]]_id))
[% if references %]

    async def check_references(self, values: dict[str, Any]) -> None:
        """Only what the same user owns can be referred to; the lock keeps it until the commit."""
[% for field in references %]
        if values.get("[[ field.name ]]"):
            query = select([[ field.target.model ]].id).where([[ field.target.model ]].id == values["[[ field.name ]]"], [[ field.target.model ]].owner_id == self.owner_id)
            if await self.session.scalar(query.with_for_update(read=True, key_share=True)) is None:
                raise UnknownReference("[[ field.name ]] refers to nothing of yours.")
[% endfor %]
[% endif %]
