import Cloud
import Diagnostics
import TestSupport
import Testing

@Suite struct GlueClientTests {
  private func text(_ request: LoopbackServer.Request?) -> String {
    String(decoding: request?.body ?? [], as: UTF8.self)
  }

  @Test("a table is written as the reference has it")
  func createTable() throws {
    let fixture = try CloudFixture { _, _ in .answer(200, [:], "{}") }
    let glue = try GlueClient(fixture.configuration)
    let storage = GlueStorage.parquet(columns: [GlueColumn("id", "bigint")], location: "s3://b/t/")
    try glue.createTable("db", GlueTableInput(name: "t", storage: storage, parameters: ["Some-Key": "v"]))
    let sent = try #require(fixture.server.requests.first)
    #expect(sent["X-Amz-Target"] == "AWSGlue.CreateTable")
    #expect(sent["Content-Type"] == "application/x-amz-json-1.1")
    #expect(sent["Authorization"]?.contains("/eu-central-1/glue/aws4_request") == true)
    #expect(
      text(sent)
        == #"{"DatabaseName":"db","TableInput":{"Name":"t","Parameters":{"Some-Key":"v"},"PartitionKeys":[],"StorageDescriptor":{"Columns":[{"Name":"id","Type":"bigint"}],"Compressed":false,"InputFormat":"org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat","Location":"s3://b/t/","OutputFormat":"org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat","SerdeInfo":{"Parameters":{"serialization.format":"1"},"SerializationLibrary":"org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"}},"TableType":"EXTERNAL_TABLE"}}"#
    )
  }

  @Test("a table that is not there is nil, but a database that is not there is an error")
  func missing() throws {
    let fixture = try CloudFixture { request, _ in
      let isThere = String(decoding: request.body, as: UTF8.self).contains("\"db\"")
      if request["X-Amz-Target"] == "AWSGlue.GetDatabase", isThere {
        return .answer(200, [:], #"{"Database":{"Name":"db"}}"#)
      }
      return .answer(
        400, ["x-amzn-RequestId": "G-1"],
        #"{"__type":"com.amazonaws.glue#EntityNotFoundException","Message":"not here"}"#)
    }
    let glue = try GlueClient(fixture.configuration)
    #expect(try glue.getTable("db", "t") == nil)
    let fault = CloudFixture.fault { _ = try glue.getTable("nowhere", "t") }
    #expect(fault?.serviceCode == "EntityNotFoundException")
    #expect(fault?.requestID == "G-1")
    #expect(
      fault?.diagnostic.message == "Glue GetDatabase nowhere: EntityNotFoundException: not here (status 400)")
    #expect(fault?.diagnostic.code == .remoteNotFound)
  }

  @Test("an update from an old version is a conflict, and nothing is sent")
  func version() throws {
    let fixture = try CloudFixture { _, _ in
      .answer(200, [:], #"{"Table":{"Name":"t","DatabaseName":"db","VersionId":"7","CreateTime":1.7E9}}"#)
    }
    let glue = try GlueClient(fixture.configuration)
    let fault = CloudFixture.fault { try glue.updateTable("db", GlueTableInput(name: "t"), versionID: "6") }
    #expect(fault?.isConditionFailed == true)
    #expect(fault?.diagnostic.code == .remoteConflict)
    #expect(fixture.server.requests.map { $0["X-Amz-Target"] } == ["AWSGlue.GetTable"])
    try glue.updateTable("db", GlueTableInput(name: "t"), versionID: "7")
    #expect(fixture.server.requests.last?["X-Amz-Target"] == "AWSGlue.UpdateTable")
    #expect(text(fixture.server.requests.last).contains(#""VersionId":"7""#))
  }

  @Test("a listing is read page by page, and one that does not get on is an error")
  func pages() throws {
    let fixture = try CloudFixture { _, number in
      .answer(
        200, [:],
        number == 1
          ? #"{"TableList":[{"Name":"a"}],"NextToken":"n"}"# : #"{"TableList":[{"Name":"b"}],"NextToken":""}"#
      )
    }
    let tables = try GlueClient(fixture.configuration).getTables("db", expression: "a|b")
    #expect(tables.map(\.name) == ["a", "b"])
    #expect(
      text(fixture.server.requests.last) == #"{"DatabaseName":"db","Expression":"a|b","NextToken":"n"}"#)
    let stuck = try CloudFixture { _, _ in .answer(200, [:], #"{"DatabaseList":[],"NextToken":"n"}"#) }
    #expect(diagnostic { _ = try GlueClient(stuck.configuration).getDatabases() }?.code == .answerInvalid)
  }

  @Test("many tables are deleted a hundred at a time, and refusals are told")
  func batchDelete() throws {
    let fixture = try CloudFixture { _, number in
      .answer(
        200, [:],
        number == 1
          ? "{}"
          : #"{"Errors":[{"TableName":"t100","ErrorDetail":{"ErrorCode":"EntityNotFoundException","ErrorMessage":"no"}}]}"#
      )
    }
    let faults = try GlueClient(fixture.configuration).batchDeleteTable("db", (0..<101).map { "t\($0)" })
    #expect(faults.map(\.name) == ["t100"])
    #expect(faults.map(\.code) == ["EntityNotFoundException"])
    #expect(text(fixture.server.requests.last) == #"{"DatabaseName":"db","TablesToDelete":["t100"]}"#)
  }

  @Test("a run that may have been started is not started again; one that was throttled is")
  func startOnce() throws {
    let broken = try CloudFixture { _, _ in .answer(500, [:], #"{"__type":"InternalServiceException"}"#) }
    let fault = CloudFixture.fault { _ = try GlueClient(broken.configuration).startJobRun("job") }
    #expect(fault?.attemptCount == 1)
    #expect(broken.server.requests.count == 1)
    let busy = try CloudFixture { _, number in
      number == 1
        ? .answer(400, [:], #"{"__type":"ThrottlingException"}"#) : .answer(200, [:], #"{"JobRunId":"jr_1"}"#)
    }
    #expect(
      try GlueClient(busy.configuration).startJobRun("job", arguments: ["--manifest": "s3://b/m"]) == "jr_1")
    #expect(text(busy.server.requests.last) == #"{"Arguments":{"--manifest":"s3://b/m"},"JobName":"job"}"#)
  }

  @Test("a start whose answer is missing is not sent again by anybody, over an open connection neither")
  func sentOnce() throws {
    let fixture = try CloudFixture { _, number in
      number == 1 ? .answer(200, [:], #"{"Job":{"Name":"job"}}"#) : .reset
    }
    let glue = try GlueClient(fixture.configuration)
    _ = try glue.getJob("job")
    let fault = CloudFixture.fault { _ = try glue.startJobRun("job") }
    #expect(fault?.diagnostic.code == .networkFailed)
    #expect(fixture.server.requests.map { $0["X-Amz-Target"] } == ["AWSGlue.GetJob", "AWSGlue.StartJobRun"])
  }

  @Test("crawlers, crawls and runs are read")
  func reading() throws {
    let fixture = try CloudFixture { request, _ in
      switch request["X-Amz-Target"] {
      case "AWSGlue.GetCrawler":
        .answer(
          200, [:],
          #"{"Crawler":{"Name":"c","State":"READY","DatabaseName":"db","LastCrawl":{"Status":"FAILED","ErrorMessage":"m","StartTime":1.5E9}}}"#
        )
      case "AWSGlue.ListCrawls":
        .answer(
          200, [:],
          #"{"Crawls":[{"CrawlId":"1","State":"COMPLETED","StartTime":1.0},{"CrawlId":"2","State":"RUNNING","StartTime":2.0}]}"#
        )
      case "AWSGlue.GetJobRun":
        .answer(200, [:], #"{"JobRun":{"Id":"r","JobName":"j","JobRunState":"TIMEOUT","ExecutionTime":9}}"#)
      case "AWSGlue.BatchStopJobRun":
        .answer(
          200, [:], #"{"Errors":[{"JobRunId":"r","ErrorDetail":{"ErrorCode":"X","ErrorMessage":"m"}}]}"#)
      default: .answer(400, [:], #"{"__type":"CrawlerRunningException","message":"runs"}"#)
      }
    }
    let glue = try GlueClient(fixture.configuration)
    let crawler = try glue.getCrawler("c")
    #expect(crawler.state == .ready)
    #expect(crawler.lastCrawl?.status == "FAILED")
    #expect(try glue.listCrawls("c").map(\.id) == ["2", "1"])
    let run = try glue.getJobRun("j", "r")
    #expect(run.state == .timedOut)
    #expect(run.hasEnded)
    #expect(try glue.batchStopJobRun("j", ["r"]).map(\.name) == ["r"])
    #expect(CloudFixture.fault { try glue.startCrawler("c") }?.isConditionFailed == true)
  }

  @Test("an answer of something else is told")
  func strangeAnswer() throws {
    let fixture = try CloudFixture { _, _ in .answer(200, [:], "<html>hello</html>") }
    let told = diagnostic { _ = try GlueClient(fixture.configuration).getJob("j") }
    #expect(told?.code == .answerInvalid)
    #expect(told?.message.hasPrefix("Glue GetJob j: ") == true)
  }
}
