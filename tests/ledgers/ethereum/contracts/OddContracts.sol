// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// Tokens and payees that misbehave, one way each.

/// What the odd tokens share: anybody may mint, and allowances are not kept.
abstract contract OddToken {
    mapping(address => uint256) public balanceOf;

    function mint(address to, uint256 value) external {
        balanceOf[to] += value;
    }

    function _move(address from, address to, uint256 sent, uint256 arrives) internal {
        require(balanceOf[from] >= sent);
        balanceOf[from] -= sent;
        balanceOf[to] += arrives;
    }
}

/// Keeps one per cent of every transfer.
contract FeeToken is OddToken {
    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value, value - value / 100);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        _move(from, to, value, value - value / 100);
        return true;
    }
}

/// Answers nothing, as some early tokens do.
contract SilentToken is OddToken {
    function transfer(address to, uint256 value) external {
        _move(msg.sender, to, value, value);
    }

    function transferFrom(address from, address to, uint256 value) external {
        _move(from, to, value, value);
    }
}

/// Does not revert when it refuses: it answers false. `closed` makes it refuse.
contract FalseToken is OddToken {
    bool public closed;

    function setClosed(bool value) external {
        closed = value;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        if (closed) return false;
        _move(msg.sender, to, value, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        if (closed) return false;
        _move(from, to, value, value);
        return true;
    }
}

/// Answers true and moves nothing.
contract LyingToken is OddToken {
    function transfer(address, uint256) external pure returns (bool) {
        return true;
    }

    function transferFrom(address, address, uint256) external pure returns (bool) {
        return true;
    }
}

/// Calls back into the escrow contract with prepared data, in the middle of a transfer, and reverts if that was possible.
contract ReentrantToken is OddToken {
    address public target;
    bytes public data;
    bool public succeeded;

    function prepare(address target_, bytes calldata data_) external {
        (target, data) = (target_, data_);
    }

    function transfer(address to, uint256 value) external returns (bool) {
        _attack();
        _move(msg.sender, to, value, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        _attack();
        _move(from, to, value, value);
        return true;
    }

    function _attack() private {
        if (target == address(0)) return;
        (bool ok, ) = target.call(data);
        if (ok) succeeded = true;
    }
}

/// Uses up all gas that it gets, once armed.
contract GreedyToken is OddToken {
    bool public armed;

    function arm() external {
        armed = true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        while (armed) {}
        _move(msg.sender, to, value, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        _move(from, to, value, value);
        return true;
    }
}

/// Refuses the native coin while closed.
contract ClosedPayee {
    bool public closed = true;

    function setClosed(bool value) external {
        closed = value;
    }

    receive() external payable {
        require(!closed);
    }
}

/// Uses up all gas that it is sent along with.
contract GreedyPayee {
    receive() external payable {
        while (true) {}
    }
}
