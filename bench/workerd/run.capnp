# workerd as an execution host: each POST /run is a program in a fresh isolate without network; its
# tools are one loopback entrypoint. Addresses are given on the command line by bench/sandbox.mjs.
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    ( name = "runner", worker = .runner ),
    ( name = "blocked", network = ( allow = [] ) ),
    ( name = "upstream", external = ( address = "127.0.0.1:1", http = () ) ),
  ],
  sockets = [ ( name = "http", address = "127.0.0.1:0", http = (), service = "runner" ) ],
);
const runner :Workerd.Worker = (
  modules = [ ( name = "runner.mjs", esModule = embed "runner.mjs" ) ],
  compatibilityDate = "2026-11-01",
  bindings = [
    ( name = "LOADER", workerLoader = ( id = "programs" ) ),
    ( name = "UPSTREAM", service = "upstream" ),
  ],
  globalOutbound = "blocked",
);
