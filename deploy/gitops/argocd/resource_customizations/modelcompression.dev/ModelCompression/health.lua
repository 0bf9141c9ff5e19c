-- Health of a ModelCompression. Argo CD loads no string library here: concatenate, do not format.
local health = {status = "Progressing", message = "Waiting for the operator to look at the spec"}

local status = obj.status
if status == nil or status.observedGeneration == nil
    or status.observedGeneration ~= obj.metadata.generation then
  return health
end

local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end
local function is(type, value)
  return conditions[type] ~= nil and conditions[type].status == value
end

local phase = status.phase or "Pending"
local text = phase
if is("Stalled", "True") and conditions.Stalled.message ~= nil then
  text = text .. ": " .. conditions.Stalled.message
elseif status.message ~= nil then
  text = text .. ": " .. status.message
end
health.message = text

if is("Stalled", "True") or phase == "Failed" then
  health.status = "Degraded"
elseif phase == "Succeeded" then
  -- Where spec.release asks for one, the release decides: its outcome is the condition Released.
  if conditions.Released == nil or is("Released", "True") then
    health.status = "Healthy"
  else
    if conditions.Released.message ~= nil then
      health.message = text .. "; release: " .. conditions.Released.message
    end
    if is("Released", "False") then
      health.status = "Degraded"
    end
  end
elseif phase == "Suspended" or (obj.spec ~= nil and obj.spec.suspend == true) then
  health.status = "Suspended"
end
return health
