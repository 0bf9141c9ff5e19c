-- Asks the operator to pause the run that is shown. For any other run it does nothing.
-- The version behind it tells the command from the same one given before.
if obj.status == nil or obj.status.runId == nil then
  error("the release has no run yet")
end
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["modelcompression.dev/command"] =
  "pause/" .. obj.status.runId .. "/" .. (obj.metadata.resourceVersion or "0")
return obj
