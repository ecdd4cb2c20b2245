# The look at a Windows machine: read-only, one answer in the planner's framing.
#
# Written from Microsoft's documentation and NEVER EXECUTED: no PowerShell could be had where it was
# made. Its syntax is checked by a parser in the tests, its masking rules run there in Python, and
# what it prints is read by parsers that know constructed text only. Trust it after you ran it.
#
# Needs PowerShell 3.0 in full language mode (the bootstrap says so otherwise). Before this text
# come $Nonce, $Budget (seconds) and $MaskRules (regular expressions: group 1 stays, the rest is
# masked). A record is a line of Name=value between tabs; a value that is a list repeats its name.
# Win32_Product is never asked: it repairs installations while it lists them.

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$WarningPreference = 'SilentlyContinue'
try { [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding } catch { $null = $_ }

$Clock = [System.Diagnostics.Stopwatch]::StartNew()
$State = @{ Sections = 0; Total = 0; Status = 'ok'; Reason = ''; Lines = $null; Size = 0 }
$MaxField = 2000
$MaxSection = 2000000
$MaskOptions = [System.Text.RegularExpressions.RegexOptions]'IgnoreCase, CultureInvariant'
$Masks = @($MaskRules | ForEach-Object { New-Object System.Text.RegularExpressions.Regex $_, $MaskOptions })
$System32 = Join-Path $env:SystemRoot 'System32'
if (Test-Path -LiteralPath (Join-Path $env:SystemRoot 'Sysnative')) {
    $System32 = Join-Path $env:SystemRoot 'Sysnative'
}

# --- what every section uses ---------------------------------------------------------------------

function Hide([string]$Text) {
    if ($Text.Length -lt 8) { return $Text }
    foreach ($mask in $Masks) { $Text = $mask.Replace($Text, '$1***') }
    return $Text
}

function Plain($Value) {
    if ($Value -is [datetime]) {
        return $Value.ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ', [System.Globalization.CultureInfo]::InvariantCulture)
    }
    if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
    $text = [string]$Value
    if ($text.Length -gt $MaxField) { $text = $text.Substring(0, $MaxField) + '[cut]' }
    $text = Hide $text
    return $text.Replace('\', '\\').Replace("`t", '\t').Replace("`n", '\n').Replace("`r", '\r')
}

# Record Name, value, Name, value ...: what is null is left out.
function Record([object[]]$Pairs) {
    $found = @()
    for ($i = 0; $i + 1 -lt $Pairs.Count; $i += 2) {
        foreach ($value in @($Pairs[$i + 1])) {
            if ($null -ne $value) { $found += ('{0}={1}' -f $Pairs[$i], (Plain $value)) }
        }
    }
    return ($found -join "`t")
}

function Lacks([string]$Why) {
    if ($State.Status -eq 'ok') { $State.Status = 'partial' }
    if ($State.Reason) { $State.Reason += '; ' }
    $State.Reason += $Why
}

function Say([string]$Line) {
    if ($Clock.Elapsed.TotalSeconds -gt $Budget) { throw "time limit of $Budget s for the whole look" }
    $State.Size += $Line.Length
    if ($State.Size -gt $MaxSection) { throw "cut at $MaxSection characters" }
    $null = $State.Lines.Add($Line)
}

function Why($Failure) {
    $text = [string]$Failure.Exception.Message
    $text = (Hide $text) -replace '\s+', ' '
    if ($text.Length -gt 300) { $text = $text.Substring(0, 300) }
    if ($text) { return $text.Trim() }
    return 'failed without a word'
}

function Section([string]$Name, [scriptblock]$Look) {
    $State.Status = 'ok'
    $State.Reason = ''
    $State.Lines = New-Object System.Collections.ArrayList
    $State.Size = 0
    $begin = $Clock.ElapsedMilliseconds
    $failed = ''
    try {
        if ($Clock.Elapsed.TotalSeconds -gt $Budget) { throw "time limit of $Budget s for the whole look" }
        & $Look | ForEach-Object { if ($null -ne $_) { Say ([string]$_) } }
    } catch {
        $failed = Why $_
    }
    if ($failed) {
        Lacks $failed
        if ($State.Lines.Count -eq 0) { $State.Status = 'missing' }
    }
    $State.Sections += 1
    $State.Total += $State.Lines.Count
    "$Nonce B $Name"
    foreach ($line in $State.Lines) { "$Nonce |$line" }
    $ms = $Clock.ElapsedMilliseconds - $begin
    ("$Nonce E $Name {0} 0 {1} {2} {3}" -f $State.Status, $ms, $State.Lines.Count, $State.Reason).TrimEnd()
}

function Ask([string]$Class, [string]$Filter, [string]$Namespace = 'root/cimv2') {
    $ask = @{ ClassName = $Class; Namespace = $Namespace; OperationTimeoutSec = 30 }
    if ($Filter) { $ask.Filter = $Filter }
    Get-CimInstance @ask
}

# A value of the registry in the 64-bit view; null where key or value lack.
function Registry([string]$Key, [string]$Value, [string]$View = 'Registry64') {
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', $View)
    $open = $base.OpenSubKey($Key)
    if ($null -eq $open) { return $null }
    try { return $open.GetValue($Value) } finally { $open.Close() }
}

function RegistryKeys([string]$Key, [string]$View = 'Registry64') {
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', $View)
    $open = $base.OpenSubKey($Key)
    if ($null -eq $open) { return @() }
    try { return @($open.GetSubKeyNames()) } finally { $open.Close() }
}

function HasRegistry([string]$Key) {
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    $open = $base.OpenSubKey($Key)
    if ($null -eq $open) { return $false }
    $open.Close()
    return $true
}

# Path of the program in a service's command line, with or without quotes; empty where it is unclear.
function Program([string]$Line) {
    $text = [Environment]::ExpandEnvironmentVariables($Line).Trim()
    if ($text -match '^"([^"]+)"') { return $Matches[1] }
    if ($text -match '^(.+?\.exe)(\s|$)') { return $Matches[1] }
    return ''
}

# A network path may hang, so nothing of one is opened.
function IsLocal([string]$Path) {
    if ($Path -notmatch '^[A-Za-z]:\\') { return $false }
    $drive = New-Object System.IO.DriveInfo $Path.Substring(0, 1)
    return ($drive.DriveType -eq [System.IO.DriveType]::Fixed)
}

# --- the machine ---------------------------------------------------------------------------------

function Look-Identity {
    $me = [Security.Principal.WindowsIdentity]::GetCurrent()
    $role = New-Object Security.Principal.WindowsPrincipal $me
    $admin = $role.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
    'hostname=' + [System.Net.Dns]::GetHostName()
    'machine_id=' + (Registry 'SOFTWARE\Microsoft\Cryptography' 'MachineGuid')
    'login=' + $me.Name
    'user=' + $me.Name
    'administrator=' + (Plain $admin)
    'utc=' + (Plain ([datetime]::UtcNow))
    'powershell=' + $PSVersionTable.PSVersion.ToString()
}

function Look-System {
    $os = Ask 'Win32_OperatingSystem'
    $current = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    Record @(
        'Caption', $os.Caption, 'Version', $os.Version, 'BuildNumber', $os.BuildNumber,
        'OSArchitecture', $os.OSArchitecture, 'ProductType', $os.ProductType,
        'OperatingSystemSKU', $os.OperatingSystemSKU, 'InstallDate', $os.InstallDate,
        'LastBootUpTime', $os.LastBootUpTime, 'SystemDirectory', $os.SystemDirectory,
        'TotalVisibleMemorySize', $os.TotalVisibleMemorySize,
        'FreePhysicalMemory', $os.FreePhysicalMemory, 'Locale', $os.Locale,
        'EditionID', (Registry $current 'EditionID'),
        'InstallationType', (Registry $current 'InstallationType'),
        'ReleaseId', (Registry $current 'ReleaseId'),
        'DisplayVersion', (Registry $current 'DisplayVersion'),
        'UBR', (Registry $current 'UBR'))
}

function Look-Computer {
    $computer = Ask 'Win32_ComputerSystem'
    $product = Ask 'Win32_ComputerSystemProduct'
    $processors = @(Ask 'Win32_Processor')
    Record @(
        'Manufacturer', $computer.Manufacturer, 'Model', $computer.Model,
        'Domain', $computer.Domain, 'PartOfDomain', $computer.PartOfDomain,
        'DomainRole', $computer.DomainRole, 'Workgroup', $computer.Workgroup,
        'TotalPhysicalMemory', $computer.TotalPhysicalMemory,
        'NumberOfProcessors', $computer.NumberOfProcessors,
        'NumberOfLogicalProcessors', $computer.NumberOfLogicalProcessors,
        'HypervisorPresent', $computer.HypervisorPresent, 'SystemType', $computer.SystemType,
        'UUID', $product.UUID, 'Processor', $processors[0].Name,
        'Architecture', $processors[0].Architecture)
}

function Look-TimeZone { [TimeZoneInfo]::Local.Id }

function Look-Hosts {
    Get-Content -LiteralPath (Join-Path $System32 'drivers\etc\hosts') -TotalCount 5000 |
        ForEach-Object { Hide $_ }
}

function Look-Network {
    foreach ($adapter in (Ask 'Win32_NetworkAdapterConfiguration' 'IPEnabled=True')) {
        $addresses = @()
        for ($i = 0; $i -lt @($adapter.IPAddress).Count; $i++) {
            $addresses += ('{0}/{1}' -f @($adapter.IPAddress)[$i], @($adapter.IPSubnet)[$i])
        }
        Record @(
            'Description', $adapter.Description, 'Address', $addresses,
            'Gateway', $adapter.DefaultIPGateway, 'DNS', $adapter.DNSServerSearchOrder,
            'MAC', $adapter.MACAddress, 'DHCP', $adapter.DHCPEnabled)
    }
}

function Look-Volumes {
    foreach ($volume in (Ask 'Win32_Volume' 'DriveType=3')) {
        Record @(
            'Name', $volume.Name, 'FileSystem', $volume.FileSystem, 'Capacity', $volume.Capacity,
            'FreeSpace', $volume.FreeSpace, 'Label', $volume.Label,
            'BootVolume', $volume.BootVolume, 'SystemVolume', $volume.SystemVolume)
    }
}

function Look-Shares {
    foreach ($share in (Ask 'Win32_Share' 'Type=0')) { Record @('Name', $share.Name, 'Path', $share.Path) }
}

function Look-Devices {
    foreach ($device in (Ask 'Win32_PnPEntity' "PNPDeviceID LIKE 'PCI\\%' OR PNPDeviceID LIKE 'USB\\VID%'")) {
        $class = @($device.CompatibleID) -match '^PCI\\CC_[0-9A-F]{6}$' | Select-Object -First 1
        Record @(
            'Name', $device.Name, 'PNPDeviceID', $device.PNPDeviceID, 'Class', $class,
            'Service', $device.Service, 'Status', $device.Status)
    }
}

# --- what runs -----------------------------------------------------------------------------------

function Look-Features {
    if (Get-Command Get-WindowsFeature -ErrorAction SilentlyContinue) {
        foreach ($feature in (Get-WindowsFeature | Where-Object { $_.Installed })) {
            Record @('Name', $feature.Name, 'DisplayName', $feature.DisplayName, 'Type', $feature.FeatureType)
        }
        return
    }
    $server = $null
    try { $server = @(Ask 'Win32_ServerFeature') } catch { $null = $_ }
    if ($null -ne $server) {
        Lacks 'no Get-WindowsFeature: Win32_ServerFeature knows numbers and display names only'
        foreach ($feature in $server) { Record @('ID', $feature.ID, 'DisplayName', $feature.Name) }
        return
    }
    foreach ($feature in (Ask 'Win32_OptionalFeature' 'InstallState=1')) {
        Record @('Name', $feature.Name, 'DisplayName', $feature.Caption, 'Type', 'Optional')
    }
}

function Look-Services {
    foreach ($service in (Ask 'Win32_Service')) {
        $path = Program ([string]$service.PathName)
        $version = $null
        if ($path -and -not $path.StartsWith($env:SystemRoot, [StringComparison]::OrdinalIgnoreCase) -and (IsLocal $path)) {
            try { $version = [System.Diagnostics.FileVersionInfo]::GetVersionInfo($path) } catch { $null = $_ }
        }
        $product = $null
        $company = $null
        $number = $null
        if ($null -ne $version) {
            $product = $version.ProductName
            $company = $version.CompanyName
            $number = $version.ProductVersion
        }
        Record @(
            'Name', $service.Name, 'DisplayName', $service.DisplayName, 'State', $service.State,
            'StartMode', $service.StartMode, 'StartName', $service.StartName,
            'ProcessId', $service.ProcessId, 'ExitCode', $service.ExitCode,
            'Program', $path, 'PathName', $service.PathName, 'Product', $product,
            'Company', $company, 'ProductVersion', $number)
    }
}

function Look-Processes {
    foreach ($process in (Ask 'Win32_Process')) {
        Record @(
            'ProcessId', $process.ProcessId, 'ParentProcessId', $process.ParentProcessId,
            'Name', $process.Name, 'ExecutablePath', $process.ExecutablePath,
            'CommandLine', $process.CommandLine, 'WorkingSetSize', $process.WorkingSetSize,
            'SessionId', $process.SessionId, 'CreationDate', $process.CreationDate)
    }
}

function Look-Netstat {
    'netstat'
    & (Join-Path $System32 'netstat.exe') -ano
}

function Look-Listeners {
    if (-not (Get-Command Get-NetTCPConnection -ErrorAction SilentlyContinue)) { Look-Netstat; return }
    foreach ($socket in (Get-NetTCPConnection -State Listen -ErrorAction SilentlyContinue)) {
        Record @('Protocol', 'tcp', 'Address', $socket.LocalAddress, 'Port', $socket.LocalPort, 'Pid', $socket.OwningProcess)
    }
    foreach ($socket in (Get-NetUDPEndpoint -ErrorAction SilentlyContinue)) {
        Record @('Protocol', 'udp', 'Address', $socket.LocalAddress, 'Port', $socket.LocalPort, 'Pid', $socket.OwningProcess)
    }
}

function Look-Connections {
    if (-not (Get-Command Get-NetTCPConnection -ErrorAction SilentlyContinue)) { Look-Netstat; return }
    foreach ($socket in (Get-NetTCPConnection -State Established -ErrorAction SilentlyContinue)) {
        Record @(
            'Address', $socket.LocalAddress, 'Port', $socket.LocalPort,
            'PeerAddress', $socket.RemoteAddress, 'PeerPort', $socket.RemotePort, 'Pid', $socket.OwningProcess)
    }
}

# The definition of each task is asked of the scheduler itself: one way for every version of Windows.
function Look-Tasks {
    $scheduler = New-Object -ComObject 'Schedule.Service'
    $scheduler.Connect()
    $folders = New-Object System.Collections.Queue
    $folders.Enqueue($scheduler.GetFolder('\'))
    while ($folders.Count) {
        $folder = $folders.Dequeue()
        if ($folder.Path -eq '\Microsoft') { continue }
        foreach ($inner in @($folder.GetFolders(0))) { $folders.Enqueue($inner) }
        foreach ($task in @($folder.GetTasks(1))) {
            $definition = ([xml]$task.Xml).Task
            $actions = @()
            foreach ($action in @($definition.Actions.Exec)) {
                if ($null -ne $action) { $actions += ('{0} {1}' -f $action.Command, $action.Arguments).Trim() }
            }
            $triggers = @()
            foreach ($trigger in @($definition.Triggers.ChildNodes)) {
                if ($null -ne $trigger -and $trigger.LocalName -ne '#comment') {
                    $inside = $trigger.InnerXml -replace ' xmlns="[^"]*"', ''
                    $triggers += ('<{0}>{1}</{0}>' -f $trigger.LocalName, $inside)
                }
            }
            $run = $null
            if ($task.LastRunTime -gt [datetime]'2000-01-01') { $run = $task.LastRunTime }
            Record @(
                'Path', $task.Path, 'State', $task.State, 'Enabled', $task.Enabled,
                'User', $definition.Principals.Principal.UserId,
                'Group', $definition.Principals.Principal.GroupId,
                'RunLevel', $definition.Principals.Principal.RunLevel,
                'Action', $actions, 'Trigger', $triggers, 'LastRun', $run,
                'LastResult', $task.LastTaskResult)
        }
    }
}

# --- web sites -----------------------------------------------------------------------------------

# What a web.config tells of its application; connection strings by name only.
function WebConfig([string]$Folder) {
    if (-not (IsLocal $Folder)) { return @('Note', 'not on a local disk: not opened') }
    $file = Join-Path $Folder 'web.config'
    if (-not (Test-Path -LiteralPath $file)) { return @() }
    if ((Get-Item -LiteralPath $file).Length -gt 1000000) { return @('Note', 'web.config is too large') }
    try { $xml = [xml](Get-Content -LiteralPath $file) } catch { return @('Note', 'web.config cannot be read') }
    $web = $xml.SelectSingleNode('//system.web')
    $core = $xml.SelectSingleNode('//aspNetCore')
    $framework = $null
    $runs = $null
    if ($null -ne $web) {
        foreach ($name in 'compilation', 'httpRuntime') {
            $node = $web.SelectSingleNode($name)
            if ($null -ne $node -and -not $framework) { $framework = $node.GetAttribute('targetFramework') }
        }
    }
    if ($null -ne $core) {
        $runs = ('{0} {1}' -f $core.GetAttribute('processPath'), $core.GetAttribute('arguments')).Trim()
    }
    $names = @()
    foreach ($node in @($xml.SelectNodes('//connectionStrings/add'))) { $names += $node.GetAttribute('name') }
    return @('TargetFramework', $framework, 'AspNetCore', $runs, 'ConnectionName', $names)
}

function Look-Iis {
    $folder = Join-Path $System32 'inetsrv'
    $file = Join-Path $folder 'config\applicationHost.config'
    if (-not (Test-Path -LiteralPath $folder)) { return }
    $redirection = Join-Path $folder 'config\redirection.config'
    if (Test-Path -LiteralPath $redirection) {
        $shared = ([xml](Get-Content -LiteralPath $redirection)).SelectSingleNode('//configurationRedirection')
        if ($null -ne $shared -and $shared.GetAttribute('enabled') -eq 'true') {
            throw 'shared configuration: it lies on another machine and was not opened'
        }
    }
    $host32 = ([xml](Get-Content -LiteralPath $file)).SelectSingleNode('/configuration/system.applicationHost')
    $states = @{}
    try {
        foreach ($kind in 'site', 'apppool') {
            $said = [xml](& (Join-Path $folder 'appcmd.exe') list $kind /xml)
            foreach ($node in @($said.DocumentElement.ChildNodes)) {
                $states["$kind/" + $node.GetAttribute(($kind.ToUpperInvariant() + '.NAME'))] = $node.GetAttribute('state')
            }
        }
    } catch {
        Lacks ('what is started is not known: ' + (Why $_))
    }
    foreach ($pool in @($host32.SelectNodes('applicationPools/add'))) {
        $model = $pool.SelectSingleNode('processModel')
        $identity = 'ApplicationPoolIdentity'
        $user = $null
        if ($null -ne $model -and $model.GetAttribute('identityType')) { $identity = $model.GetAttribute('identityType') }
        if ($null -ne $model -and $model.GetAttribute('userName')) { $user = $model.GetAttribute('userName') }
        $clr = $null
        if ($pool.HasAttribute('managedRuntimeVersion')) { $clr = 'none' }
        if ($pool.GetAttribute('managedRuntimeVersion')) { $clr = $pool.GetAttribute('managedRuntimeVersion') }
        Record @(
            'Kind', 'pool', 'Name', $pool.GetAttribute('name'), 'State', $states['apppool/' + $pool.GetAttribute('name')],
            'Runtime', $clr, 'Pipeline', $pool.GetAttribute('managedPipelineMode'),
            'Identity', $identity, 'User', $user, 'Bits32', $pool.GetAttribute('enable32BitAppOnWin64'))
    }
    foreach ($site in @($host32.SelectNodes('sites/site'))) {
        $bindings = @()
        foreach ($binding in @($site.SelectNodes('bindings/binding'))) {
            $bindings += ('{0} {1}' -f $binding.GetAttribute('protocol'), $binding.GetAttribute('bindingInformation'))
        }
        Record @(
            'Kind', 'site', 'Name', $site.GetAttribute('name'), 'Id', $site.GetAttribute('id'),
            'State', $states['site/' + $site.GetAttribute('name')], 'Binding', $bindings)
        foreach ($application in @($site.SelectNodes('application'))) {
            foreach ($directory in @($application.SelectNodes('virtualDirectory'))) {
                $path = [Environment]::ExpandEnvironmentVariables($directory.GetAttribute('physicalPath'))
                $told = @()
                if ($directory.GetAttribute('path') -eq '/') { $told = @(WebConfig $path) }
                Record (@(
                        'Kind', 'directory', 'Site', $site.GetAttribute('name'),
                        'Application', $application.GetAttribute('path'),
                        'Pool', $application.GetAttribute('applicationPool'),
                        'Path', $directory.GetAttribute('path'), 'PhysicalPath', $path) + $told)
            }
        }
    }
    $default = $host32.SelectSingleNode('sites/applicationDefaults')
    if ($null -ne $default) { Record @('Kind', 'defaults', 'Pool', $default.GetAttribute('applicationPool')) }
}

# --- what is installed ---------------------------------------------------------------------------

function Look-DotNet {
    $ndp = 'SOFTWARE\Microsoft\NET Framework Setup\NDP'
    foreach ($key in 'v4\Full', 'v4\Client', 'v3.5', 'v3.0', 'v2.0.50727', 'v1.1.4322') {
        $there = (Registry "$ndp\$key" 'Install') -eq 1
        if ($key -eq 'v3.0') { $there = (Registry "$ndp\v3.0\Setup" 'InstallSuccess') -eq 1 }
        if ($there) {
            Record @(
                'Kind', 'framework', 'Key', $key, 'Version', (Registry "$ndp\$key" 'Version'),
                'Release', (Registry "$ndp\$key" 'Release'), 'SP', (Registry "$ndp\$key" 'SP'))
        }
    }
    foreach ($root in @($env:ProgramW6432, $env:ProgramFiles, ${env:ProgramFiles(x86)}) | Where-Object { $_ } | Select-Object -Unique) {
        foreach ($shared in @(Get-ChildItem -Path (Join-Path $root 'dotnet\shared\*\*') -ErrorAction SilentlyContinue)) {
            Record @('Kind', 'runtime', 'Name', $shared.Parent.Name, 'Version', $shared.Name, 'Path', $shared.FullName)
        }
        foreach ($sdk in @(Get-ChildItem -Path (Join-Path $root 'dotnet\sdk\*') -ErrorAction SilentlyContinue)) {
            Record @('Kind', 'sdk', 'Name', 'SDK', 'Version', $sdk.Name, 'Path', $sdk.FullName)
        }
    }
}

function Look-Programs {
    $uninstall = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall'
    $views = @('Registry32')
    if ([Environment]::Is64BitOperatingSystem) { $views = @('Registry64', 'Registry32') }
    foreach ($view in $views) {
        foreach ($key in (RegistryKeys $uninstall $view)) {
            $path = "$uninstall\$key"
            $name = Registry $path 'DisplayName' $view
            if (-not $name -or (Registry $path 'SystemComponent' $view) -eq 1 -or (Registry $path 'ParentKeyName' $view)) { continue }
            Record @(
                'Name', $name, 'Version', (Registry $path 'DisplayVersion' $view),
                'Publisher', (Registry $path 'Publisher' $view),
                'InstallDate', (Registry $path 'InstallDate' $view),
                'InstallLocation', (Registry $path 'InstallLocation' $view),
                'Bits', $view.Substring(8))
        }
    }
}

function Look-Sql {
    $root = 'SOFTWARE\Microsoft\Microsoft SQL Server'
    $base = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    foreach ($kind in 'SQL', 'OLAP', 'RS') {
        $named = $base.OpenSubKey("$root\Instance Names\$kind")
        if ($null -eq $named) { continue }
        foreach ($instance in $named.GetValueNames()) {
            $id = $named.GetValue($instance)
            $server = "$root\$id\MSSQLServer"
            $tcp = "$server\SuperSocketNetLib\Tcp\IPAll"
            Record @(
                'Kind', $kind, 'Instance', $instance, 'Id', $id,
                'Edition', (Registry "$root\$id\Setup" 'Edition'),
                'Version', (Registry "$root\$id\Setup" 'Version'),
                'PatchLevel', (Registry "$root\$id\Setup" 'PatchLevel'),
                'DataRoot', (Registry "$root\$id\Setup" 'SQLDataRoot'),
                'DefaultData', (Registry $server 'DefaultData'),
                'Backup', (Registry $server 'BackupDirectory'),
                'Port', (Registry $tcp 'TcpPort'), 'DynamicPort', (Registry $tcp 'TcpDynamicPorts'))
        }
    }
}

function Look-Updates {
    foreach ($fix in (Ask 'Win32_QuickFixEngineering')) {
        Record @('HotFixID', $fix.HotFixID, 'InstalledOn', $fix.InstalledOn, 'Description', $fix.Description)
    }
}

function Look-Pending {
    if (HasRegistry 'SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending') {
        'component servicing'
    }
    if (HasRegistry 'SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired') {
        'Windows Update'
    }
    $manager = 'SYSTEM\CurrentControlSet\Control\Session Manager'
    if (@(Registry $manager 'PendingFileRenameOperations' | Where-Object { $_ }).Count) { 'files to rename' }
    $names = 'SYSTEM\CurrentControlSet\Control\ComputerName'
    $now = Registry "$names\ActiveComputerName" 'ComputerName'
    if ($now -ne (Registry "$names\ComputerName" 'ComputerName')) { 'another computer name' }
}

# --- who may, and what protects ------------------------------------------------------------------

function Look-Accounts {
    if ((Ask 'Win32_ComputerSystem').DomainRole -ge 4) { throw 'domain controller: it has no accounts of its own' }
    $users = @(Ask 'Win32_UserAccount' 'LocalAccount=True')
    $groups = @(Ask 'Win32_Group' 'LocalAccount=True')
    Record @(
        'Users', $users.Count, 'Enabled', @($users | Where-Object { -not $_.Disabled }).Count,
        'Groups', $groups.Count)
}

function Look-Certificates {
    $store = New-Object System.Security.Cryptography.X509Certificates.X509Store 'My', 'LocalMachine'
    $store.Open([System.Security.Cryptography.X509Certificates.OpenFlags]'ReadOnly, OpenExistingOnly')
    try {
        foreach ($certificate in $store.Certificates) {
            Record @(
                'Subject', $certificate.Subject, 'Issuer', $certificate.Issuer,
                'NotBefore', $certificate.NotBefore, 'NotAfter', $certificate.NotAfter,
                'Thumbprint', $certificate.Thumbprint)
        }
    } finally {
        $store.Close()
    }
}

function Look-Fips {
    if ((Registry 'SYSTEM\CurrentControlSet\Control\Lsa\FipsAlgorithmPolicy' 'Enabled') -eq 1) { '1' } else { '0' }
}

function Look-Protection {
    $policy = 'SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy'
    foreach ($name in 'DomainProfile', 'StandardProfile', 'PublicProfile') {
        Record @('Kind', 'firewall', 'Name', $name, 'Enabled', (Registry "$policy\$name" 'EnableFirewall'))
    }
    try {
        foreach ($tpm in (Ask 'Win32_Tpm' '' 'root/cimv2/Security/MicrosoftTpm')) {
            Record @('Kind', 'tpm', 'Enabled', $tpm.IsEnabled_InitialValue, 'Version', $tpm.SpecVersion)
        }
    } catch {
        Lacks ('TPM: ' + (Why $_))
    }
    # Without the BitLocker feature there is no such class: that is an answer, too.
    if (-not (Test-Path -LiteralPath (Join-Path $System32 'manage-bde.exe'))) { return }
    try {
        foreach ($volume in (Ask 'Win32_EncryptableVolume' '' 'root/cimv2/Security/MicrosoftVolumeEncryption')) {
            Record @('Kind', 'bitlocker', 'Name', $volume.DriveLetter, 'Enabled', $volume.ProtectionStatus)
        }
    } catch {
        Lacks ('BitLocker: ' + (Why $_))
    }
}

function Look-Guests {
    if (-not (Get-Service -Name 'vmms' -ErrorAction SilentlyContinue)) { return }
    foreach ($guest in (Ask 'Msvm_ComputerSystem' '' 'root/virtualization/v2')) {
        # The host itself is in the list under its own name, guests under their id.
        if ($guest.Name -match '^[0-9A-Fa-f]{8}-') {
            Record @('Name', $guest.ElementName, 'Id', $guest.Name, 'EnabledState', $guest.EnabledState)
        }
    }
}

# --- the look ------------------------------------------------------------------------------------

Section 'identity' { Look-Identity }
Section 'win-os' { Look-System }
Section 'win-computer' { Look-Computer }
Section 'timezone' { Look-TimeZone }
Section 'hosts' { Look-Hosts }
Section 'win-network' { Look-Network }
Section 'win-services' { Look-Services }
Section 'win-processes' { Look-Processes }
Section 'win-listeners' { Look-Listeners }
Section 'win-connections' { Look-Connections }
Section 'win-iis' { Look-Iis }
Section 'win-sql' { Look-Sql }
Section 'win-tasks' { Look-Tasks }
Section 'win-volumes' { Look-Volumes }
Section 'win-shares' { Look-Shares }
Section 'win-features' { Look-Features }
Section 'win-dotnet' { Look-DotNet }
Section 'win-programs' { Look-Programs }
Section 'win-devices' { Look-Devices }
Section 'win-guests' { Look-Guests }
Section 'win-accounts' { Look-Accounts }
Section 'win-certificates' { Look-Certificates }
Section 'fips' { Look-Fips }
Section 'win-protection' { Look-Protection }
Section 'win-pending' { Look-Pending }
Section 'win-updates' { Look-Updates }
"$Nonce Z $($State.Sections) $($State.Total)"
# PSRP joins the lines and ends none: an empty one closes the trailer.
''
