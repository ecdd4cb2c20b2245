require "yaml/store"

store = YAML::Store.new(File.join(ENV.fetch("GUESTBOOK_DATA"), "entries.yml"))

run lambda { |env|
  entries = store.transaction(true) { store["entries"] || [] }
  case env["PATH_INFO"]
  when "/"
    [200, {"content-type" => "text/plain"}, ["#{entries.size} entries, #{ENV["RACK_ENV"]}\n", *entries.map { |e| "#{e}\n" }]]
  else
    [404, {"content-type" => "text/plain"}, ["no such page\n"]]
  end
}
