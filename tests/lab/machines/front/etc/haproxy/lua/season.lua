core.register_service("season", "http", function(applet)
	local text = "A greeting from Lua.\n"
	applet:set_status(200)
	applet:add_header("content-type", "text/plain")
	applet:add_header("content-length", tostring(#text))
	applet:start_response()
	applet:send(text)
end)
