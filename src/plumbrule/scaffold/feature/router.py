router = APIRouter(prefix="/[[ names.route ]]", tags=["[[ names.route | replace("-", " ") ]]"])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=[[ names.model ]]Read)
async def create_[[ names.singular ]](new: [[ names.model ]]Create, [[ names.plural ]]: [[ names.models ]], request: Request, response: Response) -> [[ names.model ]]:
    [[ names.singular ]] = await [[ names.plural ]].create(new)
    response.headers["Location"] = request.url_for("read_[[ names.singular ]]", [[ names.singular ]]_id=[[ names.singular ]].id).path
    return [[ names.singular ]]


@router.get("", response_model=PageRead[[[ names.model ]]Read])
async def list_[[ names.plural ]](page: PageQuery, [[ names.plural ]]: [[ names.models ]]) -> Page[[[ names.model ]]]:
    return await [[ names.plural ]].list(page)


@router.get("/{[[ names.singular ]]_id}", response_model=[[ names.model ]]Read)
async def read_[[ names.singular ]]([[ names.singular ]]_id: UUID, [[ names.plural ]]: [[ names.models ]]) -> [[ names.model ]]:
    return await [[ names.plural ]].get([[ names.singular ]]_id)


@router.patch("/{[[ names.singular ]]_id}", response_model=[[ names.model ]]Read)
async def update_[[ names.singular ]]([[ names.singular ]]_id: UUID, changes: [[ names.model ]]Update, [[ names.plural ]]: [[ names.models ]]) -> [[ names.model ]]:
    return await [[ names.plural ]].update([[ names.singular ]]_id, changes)


@router.delete("/{[[ names.singular ]]_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_[[ names.singular ]]([[ names.singular ]]_id: UUID, [[ names.plural ]]: [[ names.models ]]) -> None:
    await [[ names.plural ]].delete([[ names.singular ]]_id)
