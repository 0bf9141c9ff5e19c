-- Which commands a ModelRelease takes in its phase. A command is bound to the run that is shown.
local phases = {
  promote = {Shadowing = true, Progressing = true, Paused = true},
  pause = {Shadowing = true, Progressing = true},
  resume = {Paused = true},
  abort = {Pending = true, Initializing = true, Shadowing = true, Progressing = true, Paused = true},
  retry = {RolledBack = true},
}

local status = obj.status or {}
-- What a person has to approve, or an edit has to mend, is not resumed.
if status.pauseReason == "AwaitingApproval" or status.pauseReason == "InvalidSpec" then
  phases.resume = {}
end
local actions = {}
for verb, allowed in pairs(phases) do
  actions[verb] = {disabled = status.runId == nil or allowed[status.phase or "Pending"] ~= true}
end
return actions
