/// A job, as far as it is asked for here.
package struct GlueJob: Sendable, Decodable, Equatable {
  package struct Command: Sendable, Decodable, Equatable {
    /// `glueetl` or `pythonshell`.
    package let name: String?
    package let scriptLocation: String?

    enum CodingKeys: String, CodingKey {
      case name = "Name"
      case scriptLocation = "ScriptLocation"
    }
  }

  package let name: String
  package let role: String?
  package let command: Command?
  package let defaultArguments: [String: String]?
  package let glueVersion: String?
  /// After how many minutes the service ends a run; nil where the service has a time of its own.
  package let timeoutMinutes: Int?

  enum CodingKeys: String, CodingKey {
    case name = "Name"
    case role = "Role"
    case command = "Command"
    case defaultArguments = "DefaultArguments"
    case glueVersion = "GlueVersion"
    case timeoutMinutes = "Timeout"
  }
}

/// A run of a job.
package struct GlueJobRun: Sendable, Decodable, Equatable {
  package enum State: String, Sendable {
    case starting = "STARTING"
    case running = "RUNNING"
    case stopping = "STOPPING"
    case stopped = "STOPPED"
    case succeeded = "SUCCEEDED"
    case failed = "FAILED"
    case timedOut = "TIMEOUT"
    case error = "ERROR"
    case waiting = "WAITING"
    case expired = "EXPIRED"
  }

  package let id: String
  package let jobName: String?
  /// As the service spells it; see `state`.
  package let stateText: String
  package let errorMessage: String?
  package let executionSeconds: Int?
  /// Seconds since 1970.
  package let startedOn: Double?
  package let completedOn: Double?
  package let logGroupName: String?
  /// Those that the run was started with, with their dashes, and perhaps the job's own beside them.
  package let arguments: [String: String]?

  /// Nil where the service has a new word.
  package var state: State? { State(rawValue: stateText) }

  /// Whether it will not change any more.
  package var hasEnded: Bool {
    switch state {
    case .stopped, .succeeded, .failed, .timedOut, .error, .expired: true
    case .starting, .running, .stopping, .waiting, nil: false
    }
  }

  enum CodingKeys: String, CodingKey {
    case id = "Id"
    case jobName = "JobName"
    case stateText = "JobRunState"
    case errorMessage = "ErrorMessage"
    case executionSeconds = "ExecutionTime"
    case startedOn = "StartedOn"
    case completedOn = "CompletedOn"
    case logGroupName = "LogGroupName"
    case arguments = "Arguments"
  }
}

extension GlueClient {
  package func getJob(_ name: String) throws -> GlueJob {
    struct Input: Encodable { var JobName: String }
    struct Answer: Decodable { var Job: GlueJob }
    let answer: Answer = try call("GetJob", Input(JobName: name), target: name)
    return answer.Job
  }

  /// Starts a run and returns its id. It is not tried again when it may have been started.
  ///
  /// - Parameter arguments: of the job, with their dashes: `--manifest`.
  package func startJobRun(_ job: String, arguments: [String: String] = [:]) throws -> String {
    struct Input: Encodable {
      var JobName: String
      var Arguments: [String: String]
    }
    struct Answer: Decodable { var JobRunId: String }
    let answer: Answer = try call(
      "StartJobRun", Input(JobName: job, Arguments: arguments), target: job, isIdempotent: false)
    return answer.JobRunId
  }

  package func getJobRun(_ job: String, _ run: String) throws -> GlueJobRun {
    struct Input: Encodable {
      var JobName: String
      var RunId: String
    }
    struct Answer: Decodable { var JobRun: GlueJobRun }
    let answer: Answer = try call("GetJobRun", Input(JobName: job, RunId: run), target: "\(job) \(run)")
    return answer.JobRun
  }

  /// The latest runs, the newest first, as many as are asked for or a page more.
  package func getJobRuns(_ job: String, maximumCount: Int = 200) throws -> [GlueJobRun] {
    struct Input: Encodable {
      var JobName: String
      var MaxResults: Int
      var NextToken: String?
    }
    struct Page: Decodable {
      var JobRuns: [GlueJobRun]?
      var NextToken: String?
    }
    var runs: [GlueJobRun] = []
    var token: String?
    repeat {
      let input = Input(JobName: job, MaxResults: min(200, maximumCount), NextToken: token)
      let page: Page = try call("GetJobRuns", input, target: job)
      runs += page.JobRuns ?? []
      token = page.NextToken.flatMap { $0.isEmpty ? nil : $0 }
    } while token != nil && runs.count < maximumCount
    return runs.sorted { ($0.startedOn ?? 0) > ($1.startedOn ?? 0) }
  }

  /// Asks runs to stop. Returns those that cannot be stopped.
  package func batchStopJobRun(_ job: String, _ runs: [String]) throws -> [GlueBatchFault] {
    struct Input: Encodable {
      var JobName: String
      var JobRunIds: [String]
    }
    struct Answer: Decodable {
      struct Fault: Decodable {
        var JobRunId: String?
        var ErrorDetail: GlueErrorDetail?
      }
      var Errors: [Fault]?
    }
    let answer: Answer = try call("BatchStopJobRun", Input(JobName: job, JobRunIds: runs), target: job)
    return (answer.Errors ?? []).map { ($0.ErrorDetail ?? GlueErrorDetail()).fault($0.JobRunId) }
  }
}
