-- Health of a ModelRelease. Argo CD loads no string library here: concatenate, do not format.
local health = {status = "Progressing", message = "Waiting for the operator to look at the spec"}

local status = obj.status
if status == nil or status.observedGeneration == nil
    or status.observedGeneration ~= obj.metadata.generation then
  return health
end

local stalled = nil
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Stalled" and condition.status == "True" then
    stalled = condition
  end
end

local phase = status.phase or "Pending"
local text = phase
if status.weight ~= nil then
  text = text .. ", candidate at " .. tostring(status.weight) .. " %"
end
if stalled ~= nil and stalled.message ~= nil then
  text = text .. ": " .. stalled.message
elseif status.message ~= nil then
  text = text .. ": " .. status.message
end
health.message = text

if stalled ~= nil or phase == "RolledBack" then
  health.status = "Degraded"
elseif phase == "Succeeded" or phase == "AwaitingGit" then
  health.status = "Healthy"
elseif phase == "Paused" or (obj.spec ~= nil and obj.spec.suspend == true) then
  health.status = "Suspended"
end
return health
