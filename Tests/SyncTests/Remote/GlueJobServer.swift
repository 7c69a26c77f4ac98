import Cloud
import Storage
import Synchronization
import Sync
import TestSupport

/// A Glue of one job, over HTTP: runs begin, go through states and end as the test says.
final class GlueJobServer: Sendable {
  /// What becomes of a start.
  enum Start: Sendable {
    case accepted(states: [String], error: String? = nil)
    /// Taken, but the answer is lost.
    case lost(states: [String])
    /// Taken for lost, though nothing was started.
    case broken
    case busy
  }

  struct Run: Sendable {
    var id: String
    var arguments: [String: String]
    /// The one that it is in first; each look goes one on, but never beyond the last.
    var states: [String]
    var error: String?

    var hasEnded: Bool { ["SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT"].contains(states[0]) }
  }

  private struct State {
    var starts: [Start] = []
    var runs: [Run] = []
    var stopped: [String] = []
  }

  private let state = Mutex(State())
  private let server = Mutex<LoopbackServer?>(nil)
  let scriptLocation: String

  init(scriptLocation: String) throws {
    self.scriptLocation = scriptLocation
    let server = try LoopbackServer { [weak self] request, _ in
      self?.reply(request) ?? .answer(500)
    }
    self.server.withLock { $0 = server }
  }

  deinit { server.withLock { $0?.stop() } }

  func client() throws -> GlueClient {
    let endpoint = server.withLock { $0?.endpoint ?? "" }
    var policy = RetryPolicy()
    policy.baseSeconds = 0.001
    return try GlueClient(
      AWSConfiguration(
        environment: [
          "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": "SK",
          "AWS_REGION": "us-east-1", "HOME": "/nonexistent",
        ], retryPolicy: policy))
  }

  /// What becomes of the next starts, in order; of later ones, success at once.
  func expect(_ starts: Start...) { state.withLock { $0.starts = starts } }
  /// A run of somebody else's.
  func add(_ run: Run) { state.withLock { $0.runs.insert(run, at: 0) } }
  var runs: [Run] { state.withLock { $0.runs } }
  var stopped: [String] { state.withLock { $0.stopped } }

  private struct Input: Decodable {
    var RunId: String?
    var JobRunIds: [String]?
    var Arguments: [String: String]?
  }

  private func reply(_ request: LoopbackServer.Request) -> LoopbackServer.Reply {
    guard let input = try? JSON.decode(Input.self, from: request.body) else { return .answer(400) }
    return state.withLock { state in
      switch request["X-Amz-Target"] {
      case "AWSGlue.GetJob":
        return .answer(
          200, [:],
          #"{"Job":{"Name":"job","Timeout":60,"Command":{"Name":"glueetl","ScriptLocation":"\#(scriptLocation)"}}}"#
        )
      case "AWSGlue.GetJobRuns":
        return .answer(200, [:], #"{"JobRuns":[\#(state.runs.map(Self.json).joined(separator: ","))]}"#)
      case "AWSGlue.GetJobRun":
        guard let index = state.runs.firstIndex(where: { $0.id == input.RunId }) else { return .answer(400) }
        defer { if state.runs[index].states.count > 1 { state.runs[index].states.removeFirst() } }
        return .answer(200, [:], #"{"JobRun":\#(Self.json(state.runs[index]))}"#)
      case "AWSGlue.StartJobRun": return Self.start(input, &state)
      case "AWSGlue.BatchStopJobRun":
        for id in input.JobRunIds ?? [] {
          state.stopped.append(id)
          if let index = state.runs.firstIndex(where: { $0.id == id }) {
            state.runs[index].states = ["STOPPING", "STOPPED"]
          }
        }
        return .answer(200, [:], "{}")
      default: return .answer(400)
      }
    }
  }

  private static func start(_ input: Input, _ state: inout State) -> LoopbackServer.Reply {
    let start = state.starts.isEmpty ? .accepted(states: ["SUCCEEDED"]) : state.starts.removeFirst()
    let id = "jr_\(state.runs.count + 1)"
    func add(_ states: [String], _ error: String?) {
      state.runs.insert(
        Run(id: id, arguments: input.Arguments ?? [:], states: states, error: error), at: 0)
    }
    switch start {
    case .accepted(let states, let error):
      add(states, error)
      return .answer(200, [:], #"{"JobRunId":"\#(id)"}"#)
    case .lost(let states):
      add(states, nil)
      return .reset
    case .broken: return .answer(500, [:], #"{"__type":"InternalServiceException","Message":"no"}"#)
    case .busy:
      return .answer(400, [:], #"{"__type":"ConcurrentRunsExceededException","Message":"one runs"}"#)
    }
  }

  private static func json(_ run: Run) -> String {
    let arguments = (try? JSON.text(run.arguments)) ?? "{}"
    let error = run.error.map { #","ErrorMessage":"\#($0)""# } ?? ""
    return
      #"{"Id":"\#(run.id)","JobName":"job","JobRunState":"\#(run.states[0])","Arguments":\#(arguments),"LogGroupName":"/logs"\#(error)}"#
  }
}

/// A destination that says that it lies elsewhere: a folder in the place of a bucket.
struct PlacedDestination: Destination {
  let inner: any Destination
  let location: String

  func head(_ key: ObjectKey) throws -> ObjectStatus? { try inner.head(key) }
  func get(_ key: ObjectKey, range: Range<Int>?, _ body: (UnsafeRawBufferPointer) throws -> Void) throws
    -> ObjectStatus?
  { try inner.get(key, range: range, body) }
  func put(_ key: ObjectKey, _ content: ObjectContent, _ condition: PutCondition) throws -> PutOutcome {
    try inner.put(key, content, condition)
  }
  func list(_ prefix: String, _ body: (ObjectKey, ObjectStatus) throws -> Void) throws {
    try inner.list(prefix, body)
  }
  func delete(_ key: ObjectKey) throws { try inner.delete(key) }
  func sweep(before time: Timestamp) throws { try inner.sweep(before: time) }
}
