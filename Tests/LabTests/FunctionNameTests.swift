import Testing

@testable import waybill_lab

@Suite("Names of functions")
struct FunctionNameTests {
  @Test(
    "a Swift name is shortened to type and function",
    arguments: [
      ("Batcher.submit(_:)", "Batcher.submit"),
      ("specialized Batcher.submit<A, B>(_:)", "Batcher.submit"),
      ("closure #1 in EventLoop.run()", "EventLoop.run"),
      ("implicit closure #2 in closure #1 in static OrderRoutes.place(_:_:)", "OrderRoutes.place"),
      ("specialized closure #1 in static JSONReader.decode<A>(_:)", "JSONReader.decode"),
      ("Request.hasJSON.getter", "Request.hasJSON.getter"),
      ("specialized NewOrder.init<A>(reading:)", "NewOrder.init"),
      ("partial apply for closure #1 in Router.reply(_:_:from:)", "Router.reply"),
      ("thunk for @escaping @callee_guaranteed () -> ()", ""),
      ("outlined destroy of JSONField?", "copy or destroy a value"),
      ("type metadata accessor for Row", "Swift's facts about a type"),
      ("merged protocol witness for Sender.send(_:) in conformance Mail", "Sender.send"),
    ])
  func swift(name: String, short: String) {
    #expect(FunctionName.short(swift: name) == short)
  }

  @Test(
    "a C name loses what compilers add to it",
    arguments: [
      ("ReadBuffer_common.isra.0", "postgres", "ReadBuffer_common"),
      ("_bt_compare", "postgres", "_bt_compare"),
      ("__memmove_avx512_unaligned_erms", "libc", "memmove"),
      ("__memcmp_evex_movbe", "libc", "memcmp"),
      ("_int_malloc", "libc", "malloc"),
      ("unlink_chunk.constprop.0", "libc", "free"),
      ("__GI___libc_write", "libc", "write"),
      ("__libc_recv", "libc", "recv"),
      (
        "swift::RefCounts<swift::Bits<(swift::Inlined)1> >::slow<(swift::X)0>", "waybill",
        "swift::RefCounts::slow"
      ),
    ])
  func c(symbol: String, library: String, short: String) {
    #expect(FunctionName.short(c: symbol, in: library) == short)
  }

  @Test("the module is read from the symbol")
  func module() {
    #expect(FunctionName.module(of: "$s10OrderStore7BatcherC6submityyF") == "OrderStore")
    #expect(FunctionName.module(of: "$sSa6appendyyxnF") == "Swift")
    #expect(FunctionName.module(of: "swift_release") == nil)
  }

  @Test(
    "the kernel's functions are a call and an activity",
    arguments: [
      (["do_syscall_64", "__x64_sys_sendto", "tcp_sendmsg"], ["kernel: sendto", "TCP"]),
      (["do_syscall_64", "__arm64_sys_epoll_wait", "do_epoll_wait"], ["kernel: epoll_wait"]),
      (
        ["do_syscall_64", "exit_to_user_mode_loop", "schedule", "__schedule"],
        ["kernel: before it returns", "switch of tasks"]
      ),
      (["asm_exc_page_fault", "handle_mm_fault"], ["kernel: page fault"]),
      ([], ["kernel"]),
    ])
  func kernel(functions: [String], names: [String]) {
    #expect(FunctionName.kernel(functions) == names)
  }
}
