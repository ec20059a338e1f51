// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// What a ledger needs to settle trades: value held for a payee until an operator releases or refunds it, and payments
/// that can become provably dead.
///
///   (none) -- hold, holdFrom --> open -- release (operator) ---------------> released
///                                  |---- refund (operator) ----------------> refunded
///                                  `---- reclaim (payer, reclaimAfter) ----> refunded
///
/// Rules:
///  * A hold's key commits to everything about it, so a proof of the key proves the terms. Anybody may deposit any number
///    of times under any ref: nobody can block one, and what was deposited wrongly is refunded like any other hold.
///  * Amounts are what was received, by balance before and after, never what a token claims.
///  * A payment arrives in full or does not happen. It happens once per payer and ref; another payer cannot stand in its way.
///  * In a batch each item stands alone: a failing one leaves everything as it was, and a Failed event that says why.
///    Lack of authority fails the whole call, so that a Failed event is always the word of the item's own signer.
///  * token == address(0) is the native coin. Tokens that change balances by themselves are not supported.
///
/// An operator can end every hold, and can hold what payers have approved to this contract; it can never send a hold to
/// anybody but its payee or its payer. Payers limit that authority by what they approve.
contract Escrow {
    enum State {
        None,
        Open,
        Released,
        Refunded
    }

    /// The kinds of movement in Failed events.
    enum Kind {
        Hold,
        Release,
        Refund,
        Payment
    }

    struct Hold {
        bytes32 ref;
        address payer;
        uint64 reclaimAfter;
        State state;
        address payee;
        address token;
        uint256 amount;
    }

    struct HoldItem {
        bytes32 ref;
        address payer;
        address token;
        uint256 amount;
        address payee;
        uint64 notAfter;
        uint64 reclaimAfter;
    }

    struct EndItem {
        bytes32 ref;
        bytes32 key;
    }

    struct PayItem {
        bytes32 ref;
        address token;
        uint256 amount;
        address payee;
        uint64 notAfter;
    }

    /// Gas that a native payee gets: enough for a contract wallet's receive function, too little to drain a batch.
    uint256 private constant SEND_GAS = 50_000;
    /// Gas that one item of a batch gets: twice what a hold of an ordinary token takes, so that a hostile token starves
    /// nobody who has budgeted for it.
    uint256 private constant ITEM_GAS = 400_000;

    address public owner = msg.sender;
    mapping(address => bool) public operators;
    mapping(bytes32 => Hold) public holds;
    /// What is held of each token, all holds together: never more than the contract's balance of it.
    mapping(address => uint256) public totalHeld;
    /// keccak256(ref, payer) => whether that payment was made.
    mapping(bytes32 => bool) public paid;
    bool private entered;

    event Held(
        bytes32 indexed ref,
        bytes32 indexed key,
        address indexed payer,
        address payee,
        address token,
        uint256 amount,
        uint64 reclaimAfter
    );
    event Released(bytes32 indexed ref, bytes32 indexed key, address payer, address payee, address token, uint256 amount);
    event Refunded(bytes32 indexed ref, bytes32 indexed key, address payer, address token, uint256 amount, bool byPayer);
    event Paid(bytes32 indexed ref, address indexed payer, address payee, address token, uint256 amount);
    event Failed(bytes32 indexed ref, bytes32 indexed key, address indexed by, Kind kind, address payer, bytes4 reason);
    event OperatorSet(address indexed operator, bool allowed);
    event Anchored(address indexed by, bytes32 indexed digest);

    error NotOwner();
    error NotOperator();
    error NotPayer();
    error NotSelf();
    error Reentered();
    error TooLate();
    error TooEarly();
    error ZeroAmount();
    error BadPayee();
    error WrongValue();
    error HoldNotOpen();
    error AlreadyPaid();
    error TokenFailed();
    error NothingReceived();
    error ReceivedLess();
    error SendFailed();

    constructor(address[] memory operators_) {
        for (uint256 i = 0; i < operators_.length; ++i) {
            operators[operators_[i]] = true;
            emit OperatorSet(operators_[i], true);
        }
    }

    /// Tokens and payees run their own code: none of it may come back in here before a call has ended.
    modifier locked() {
        if (entered) revert Reentered();
        entered = true;
        _;
        entered = false;
    }

    modifier onlyOperator() {
        if (!operators[msg.sender]) revert NotOperator();
        _;
    }

    /// For the single items of a batch, which the contract calls on itself so that each can fail alone.
    modifier onlySelf() {
        if (msg.sender != address(this)) revert NotSelf();
        _;
    }

    function setOperator(address operator, bool allowed) external {
        if (msg.sender != owner) revert NotOwner();
        operators[operator] = allowed;
        emit OperatorSet(operator, allowed);
    }

    /// Puts a digest on record under the caller's name.
    function anchor(bytes32 digest) external {
        emit Anchored(msg.sender, digest);
    }

    // ---- single calls

    /// The caller gives the value, and gets it back on a refund.
    function hold(
        bytes32 ref,
        address token,
        uint256 amount,
        address payee,
        uint64 notAfter,
        uint64 reclaimAfter
    ) external payable locked returns (bytes32 key) {
        if (msg.value != (token == address(0) ? amount : 0)) revert WrongValue();
        return _hold(HoldItem(ref, msg.sender, token, amount, payee, notAfter, reclaimAfter));
    }

    /// The payer gives the value through its allowance to this contract.
    function holdFrom(
        bytes32 ref,
        address payer,
        address token,
        uint256 amount,
        address payee,
        uint64 notAfter,
        uint64 reclaimAfter
    ) external locked onlyOperator returns (bytes32 key) {
        if (token == address(0)) revert WrongValue();
        return _hold(HoldItem(ref, payer, token, amount, payee, notAfter, reclaimAfter));
    }

    /// `ref` names this release: the hold's own ref, or another one where it is not part of the same trade.
    function release(bytes32 ref, bytes32 key) external locked onlyOperator {
        _release(ref, key);
    }

    function refund(bytes32 ref, bytes32 key) external locked onlyOperator {
        _refund(ref, key, false);
    }

    function reclaim(bytes32 key) external locked {
        Hold storage it = holds[key];
        if (it.state != State.Open) revert HoldNotOpen();
        if (it.payer != msg.sender) revert NotPayer();
        if (block.timestamp < it.reclaimAfter) revert TooEarly();
        _refund(it.ref, key, true);
    }

    /// The caller pays the payee, out of the call's value or its allowance to this contract.
    function pay(bytes32 ref, address token, uint256 amount, address payee, uint64 notAfter) external payable locked {
        if (msg.value != (token == address(0) ? amount : 0)) revert WrongValue();
        _pay(PayItem(ref, token, amount, payee, notAfter), msg.sender);
    }

    // ---- batches: items that fail do so alone; value that was not used goes back to the caller

    function holdBatch(HoldItem[] calldata items) external payable locked {
        _giveBack(_holdAll(items, msg.value));
    }

    function holdFromBatch(HoldItem[] calldata items) external locked onlyOperator {
        _holdAll(items, 0);
    }

    function releaseBatch(EndItem[] calldata items) external locked onlyOperator {
        _endAll(items, Kind.Release);
    }

    function refundBatch(EndItem[] calldata items) external locked onlyOperator {
        _endAll(items, Kind.Refund);
    }

    function payBatch(PayItem[] calldata items) external payable locked {
        _giveBack(_payAll(items, msg.value));
    }

    /// All kinds in one call, in the order of the arguments.
    function batch(
        HoldItem[] calldata newHolds,
        EndItem[] calldata releases,
        EndItem[] calldata refunds,
        PayItem[] calldata payments
    ) external payable locked {
        if (releases.length + refunds.length > 0 && !operators[msg.sender]) revert NotOperator();
        uint256 left = _holdAll(newHolds, msg.value);
        _endAll(releases, Kind.Release);
        _endAll(refunds, Kind.Refund);
        _giveBack(_payAll(payments, left));
    }

    // ---- one item of a batch

    function holdItem(HoldItem calldata item) external onlySelf {
        _hold(item);
    }

    function releaseItem(EndItem calldata item) external onlySelf {
        _release(item.ref, item.key);
    }

    function refundItem(EndItem calldata item) external onlySelf {
        _refund(item.ref, item.key, false);
    }

    function payItem(PayItem calldata item, address payer) external onlySelf {
        _pay(item, payer);
    }

    function _holdAll(HoldItem[] calldata items, uint256 left) private returns (uint256) {
        for (uint256 i = 0; i < items.length; ++i) {
            HoldItem calldata item = items[i];
            bool native = item.token == address(0);
            if (item.payer != msg.sender && (native || !operators[msg.sender])) revert NotPayer();
            (bool ok, bytes4 reason) = native && item.amount > left
                ? (false, WrongValue.selector)
                : _attempt(abi.encodeCall(this.holdItem, (item)));
            if (!ok) emit Failed(item.ref, 0, msg.sender, Kind.Hold, item.payer, reason);
            else if (native) left -= item.amount;
        }
        return left;
    }

    function _endAll(EndItem[] calldata items, Kind kind) private {
        for (uint256 i = 0; i < items.length; ++i) {
            EndItem calldata item = items[i];
            (bool ok, bytes4 reason) = _attempt(
                kind == Kind.Release ? abi.encodeCall(this.releaseItem, (item)) : abi.encodeCall(this.refundItem, (item))
            );
            if (!ok) emit Failed(item.ref, item.key, msg.sender, kind, holds[item.key].payer, reason);
        }
    }

    function _payAll(PayItem[] calldata items, uint256 left) private returns (uint256) {
        for (uint256 i = 0; i < items.length; ++i) {
            PayItem calldata item = items[i];
            bool native = item.token == address(0);
            (bool ok, bytes4 reason) = native && item.amount > left
                ? (false, WrongValue.selector)
                : _attempt(abi.encodeCall(this.payItem, (item, msg.sender)));
            if (!ok) emit Failed(item.ref, 0, msg.sender, Kind.Payment, msg.sender, reason);
            else if (native) left -= item.amount;
        }
        return left;
    }

    /// Calls this contract with a bounded amount of gas and reads at most four bytes of its answer: its error's selector,
    /// or zero when it ran out of gas.
    function _attempt(bytes memory data) private returns (bool ok, bytes4 reason) {
        uint256 gasMax = ITEM_GAS;
        assembly ("memory-safe") {
            ok := call(gasMax, address(), 0, add(data, 32), mload(data), 0, 0)
            if and(iszero(ok), gt(returndatasize(), 3)) {
                mstore(0, 0)
                returndatacopy(0, 0, 4)
                reason := mload(0)
            }
        }
    }

    function _giveBack(uint256 left) private {
        if (left > 0) _send(msg.sender, left, gasleft());
    }

    // ---- the rules

    function _hold(HoldItem memory item) private returns (bytes32 key) {
        if (block.timestamp > item.notAfter) revert TooLate();
        if (item.amount == 0) revert ZeroAmount();
        _checkPayee(item.payee);
        if (item.payer == address(this)) revert NotPayer();
        uint256 received = item.amount;
        if (item.token != address(0)) received = _pull(item.token, item.payer, address(this), item.amount);
        key = _freshKey(item, received);
        holds[key] = Hold(item.ref, item.payer, item.reclaimAfter, State.Open, item.payee, item.token, received);
        totalHeld[item.token] += received;
        emit Held(item.ref, key, item.payer, item.payee, item.token, received, item.reclaimAfter);
    }

    /// The last word of the key counts the holds of the very same content before this one. Only the payer, or an operator
    /// on its behalf, can make that number grow.
    function _freshKey(HoldItem memory item, uint256 received) private view returns (bytes32 key) {
        for (uint256 index = 0; ; ++index) {
            key = keccak256(
                abi.encode(
                    block.chainid,
                    address(this),
                    item.ref,
                    item.payer,
                    item.token,
                    received,
                    item.payee,
                    item.notAfter,
                    item.reclaimAfter,
                    index
                )
            );
            if (holds[key].state == State.None) return key;
        }
    }

    function _release(bytes32 ref, bytes32 key) private {
        Hold storage it = holds[key];
        if (it.state != State.Open) revert HoldNotOpen();
        it.state = State.Released;
        uint256 received = _deliver(it, it.payee);
        emit Released(ref, key, it.payer, it.payee, it.token, received);
    }

    function _refund(bytes32 ref, bytes32 key, bool byPayer) private {
        Hold storage it = holds[key];
        if (it.state != State.Open) revert HoldNotOpen();
        it.state = State.Refunded;
        uint256 received = _deliver(it, it.payer);
        emit Refunded(ref, key, it.payer, it.token, received, byPayer);
    }

    function _deliver(Hold storage it, address to) private returns (uint256) {
        (address token, uint256 amount) = (it.token, it.amount);
        totalHeld[token] -= amount;
        if (token == address(0)) {
            _send(to, amount, SEND_GAS);
            return amount;
        }
        uint256 before = _balance(token, to);
        _callToken(token, abi.encodeWithSignature("transfer(address,uint256)", to, amount));
        return _gain(token, to, before);
    }

    function _pay(PayItem memory item, address payer) private {
        if (block.timestamp > item.notAfter) revert TooLate();
        if (item.amount == 0) revert ZeroAmount();
        _checkPayee(item.payee);
        bytes32 once = keccak256(abi.encode(item.ref, payer));
        if (paid[once]) revert AlreadyPaid();
        paid[once] = true;
        uint256 received = item.amount;
        if (item.token == address(0)) _send(item.payee, item.amount, SEND_GAS);
        else received = _pull(item.token, payer, item.payee, item.amount);
        if (received < item.amount) revert ReceivedLess();
        emit Paid(item.ref, payer, item.payee, item.token, received);
    }

    function _checkPayee(address payee) private view {
        if (payee == address(0) || payee == address(this)) revert BadPayee();
    }

    function _pull(address token, address from, address to, uint256 amount) private returns (uint256) {
        uint256 before = _balance(token, to);
        _callToken(token, abi.encodeWithSignature("transferFrom(address,address,uint256)", from, to, amount));
        return _gain(token, to, before);
    }

    function _gain(address token, address to, uint256 before) private view returns (uint256) {
        uint256 afterwards = _balance(token, to);
        if (afterwards <= before) revert NothingReceived();
        return afterwards - before;
    }

    // ---- calls to strangers: none of their answers is copied beyond the word that is needed

    function _send(address to, uint256 amount, uint256 gasMax) private {
        bool ok;
        assembly ("memory-safe") {
            ok := call(gasMax, to, amount, 0, 0, 0, 0)
        }
        if (!ok) revert SendFailed();
    }

    function _balance(address token, address account) private view returns (uint256 amount) {
        bytes memory data = abi.encodeWithSignature("balanceOf(address)", account);
        bool ok;
        assembly ("memory-safe") {
            ok := staticcall(gas(), token, add(data, 32), mload(data), 0, 32)
            ok := and(ok, gt(returndatasize(), 31))
            amount := mload(0)
        }
        if (!ok) revert TokenFailed();
    }

    /// A token answers true, or nothing at all; an account without code is no token.
    function _callToken(address token, bytes memory data) private {
        bool ok;
        assembly ("memory-safe") {
            ok := call(gas(), token, 0, add(data, 32), mload(data), 0, 32)
            switch returndatasize()
            case 0 { ok := and(ok, gt(extcodesize(token), 0)) }
            default { ok := and(ok, and(gt(returndatasize(), 31), eq(mload(0), 1))) }
        }
        if (!ok) revert TokenFailed();
    }
}
